import { describe, expect, it } from 'vitest'
import { execLines, parseUnitText, unitSource } from '../../../../src/systemd/settings/unit-files.ts'
import { memoryHost } from '../../observe/memory-host.ts'

/** "Section Key=value" of each line. */
function read(text: string): string[] {
  return parseUnitText(text).map(({ section, key, value }) => `${section} ${key}=${value}`)
}

describe('a unit file', () => {
  it.each([
    ['[Service]\nUser = www \n', ['Service User=www']],
    ['[Service]\r\nUser=www\r\n', ['Service User=www']],
    ['[Service]\nExecStart=/a \\\n  -b\n', ['Service ExecStart=/a    -b']],
    [
      '[Service]\nExecStart=/a \\\n# no\n ; neither\n  -b\nUser=c\n',
      ['Service ExecStart=/a    -b', 'Service User=c'],
    ],
    ['[Service]\n#User=a\n;User=b\n  # User=c\nUser=d#e;f\n', ['Service User=d#e;f']],
    ['[Service]\nExecStart=/a x=1 y==2\n', ['Service ExecStart=/a x=1 y==2']],
    ['[Service]\nUser=\n', ['Service User=']],
    ['[Unit]\nAfter=a\n[Service]\nUser=b\n', ['Unit After=a', 'Service User=b']],
    ['User=nowhere\n', [' User=nowhere']],
    [
      '[Service]\nExecStart=/a \\\n[Install]\nUser=b\n',
      ['Service ExecStart=/a  [Install]', 'Service User=b'],
    ],
  ])('%j', (text, lines) => {
    expect(read(text)).toEqual(lines)
  })

  it('goes on after one backslash, not after an escaped one', () => {
    expect(read('[Service]\nExecStart=/a \\\\\nUser=b\n')).toEqual([
      'Service ExecStart=/a \\\\',
      'Service User=b',
    ])
    expect(read('[Service]\nExecStart=/a \\\\\\\nUser=b\n')).toEqual(['Service ExecStart=/a \\\\ User=b'])
  })

  it('keeps a last line that was to go on', () => {
    expect(read('[Service]\nExecStart=/a \\')).toEqual(['Service ExecStart=/a'])
  })
})

describe('Exec lines', () => {
  it('add up, and an empty one takes back what stood before', () => {
    const text = `[Service]
ExecStart=/old
ExecStartPre=/one
ExecStartPre=-/two
[Service]
ExecStart=
ExecStart=/new
ExecPaths=/usr
ExecSearchPath=/opt
[Install]
ExecStart=/elsewhere
`
    expect(execLines(parseUnitText(text))).toEqual({
      ExecStart: ['/new'],
      ExecStartPre: ['/one', '-/two'],
    })
  })

  it('are those of fragment and drop-ins together', async () => {
    const cat =
      '# /lib/a.service\n[Service]\nExecStart=/a\n\n# /etc/a.service.d/b.conf\n[Service]\nExecStop=/b\n'
    const host = memoryHost({ files: {}, programs: { 'systemctl cat --no-pager -- a.service': cat } })
    expect(await unitSource(host, 'a.service')).toEqual({
      execSource: { ExecStart: ['/a'], ExecStop: ['/b'] },
      written: {
        ExecStart: { value: '/a', place: '/lib/a.service:2' },
        ExecStop: { value: '/b', place: '/etc/a.service.d/b.conf:2' },
      },
    })
    expect(await unitSource(host, 'missing.service')).toEqual({ execSource: {}, written: {} })
  })

  it.each([
    [
      'a comment that names a file of something else',
      '# /lib/a.service\n[Service]\n# /etc/a/a.conf\nNoNewPrivileges=no\n',
      { NoNewPrivileges: { value: 'no', place: '/lib/a.service:3' } },
    ],
    [
      'a setting that is indented',
      '# /lib/a.service\n[Service]\n  UMask=0022\n',
      { UMask: { value: '0022', place: '/lib/a.service:2' } },
    ],
    [
      'a line that goes on, and looks like a setting there',
      '# /lib/a.service\n[Service]\nEnvironment=A=1 \\\nNoNewPrivileges=no\nUMask=0022\n',
      {
        Environment: { value: 'A=1  NoNewPrivileges=no', place: '/lib/a.service:2' },
        UMask: { value: '0022', place: '/lib/a.service:4' },
      },
    ],
    [
      'a drop-in for all services, and one that forgets its section',
      '# /lib/a.service\n[Service]\n\n# /etc/service.d/b.conf\n[Service]\nUMask=0022\n\n# /etc/a.service.d/c.conf\nUMask=0077\n',
      { UMask: { value: '0022', place: '/etc/service.d/b.conf:2' } },
    ],
  ])('are told with their place: %s', async (_, cat, written) => {
    const host = memoryHost({ files: {}, programs: { 'systemctl cat --no-pager -- a.service': cat } })
    expect((await unitSource(host, 'a.service')).written).toEqual(written)
  })
})
