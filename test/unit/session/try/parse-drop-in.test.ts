import { describe, expect, it } from 'vitest'
import { parseDropIn, StrangerError } from '../../../../src/session/try/parse-drop-in.ts'

function rows(text: string) {
  return parseDropIn(text).map(({ directive, value, assignments }) => ({
    directive,
    value,
    lines: assignments.map((line) => `${line.key}=${line.value}`),
  }))
}

describe("another's drop-in is read", () => {
  it('as rows in the order of the stages', () => {
    const text =
      '# web\n[Service]\nSystemCallFilter=@system-service\n; more\nSystemCallFilter=~@privileged \\\n  @resources\nProtectHome = yes\n'
    expect(rows(text)).toEqual([
      { directive: 'ProtectHome', value: 'yes', lines: ['ProtectHome=yes'] },
      {
        directive: 'SystemCallFilter',
        value: '@system-service, ~@privileged    @resources',
        lines: ['SystemCallFilter=@system-service', 'SystemCallFilter=~@privileged    @resources'],
      },
    ])
  })

  it.each([
    ['ProtectSystem=strict\nReadWritePaths=/a', ['ProtectSystem']],
    ['ReadWritePaths=/a', ['ReadWritePaths']],
    ['NoExecPaths=/\nExecPaths=/usr', ['NoExecPaths']],
    ['CapabilityBoundingSet=', ['CapabilityBoundingSet']],
    ['IPAddressDeny=any\nIPAddressAllow=localhost', ['IPAddressDeny']],
  ])('with what belongs together in one row: %j', (text, directives) => {
    expect(rows(`[Service]\n${text}\n`).map(({ directive }) => directive)).toEqual(directives)
  })

  it.each<[string, RegExp]>([
    ['', /^it has no setting$/],
    ['\u0000\u0001garbage', /no setting/],
    ['[Service]\nExecStart=/bin/sh', /^it sets ExecStart= \(line 2\): only hardening settings/],
    ['[Service]\nEnvironment=LD_PRELOAD=/x\nProtectHome=yes', /Environment= \(line 2\)/],
    ['[Service]\nUser=root\nGroup=root', /User= \(line 2\), Group= \(line 3\)/],
    ['[Service]\nAmbientCapabilities=CAP_SYS_ADMIN', /AmbientCapabilities= \(line 2\)/],
    ['[Service]\nDeviceAllow=/dev/sda rw', /DeviceAllow= \(line 2\)/],
    ['[Service]\nRootDirectory=/srv', /RootDirectory= \(line 2\)/],
    ['[Service]\nBindPaths=/etc/shadow:/x', /BindPaths= \(line 2\)/],
    ['[Unit]\nProtectHome=yes', /ProtectHome= \(line 2\)/],
    ['ProtectHome=yes', /ProtectHome= \(line 1\)/],
    ['[Service]\nexecstart=/bin/sh', /execstart= \(line 2\)/],
    [
      '[Service]\nProtectHome=y\\\nes',
      /ProtectHome= takes yes, no, read-only or tmpfs, not "y es" \(line 2\)/,
    ],
    ['[Service]\nProtectHome=', /ProtectHome= has no value \(line 2\)/],
    [
      '[Service]\nProtectSystem=strict\nReadWritePaths=/%h',
      /ReadWritePaths= takes absolute paths.*\(line 3\)/,
    ],
    [`[Service]\n${'A=1\n'.repeat(9)}`, /A= \(line 6\) and 4 more/],
    [`[Service]\n${'A'.repeat(500)}=1`, /^it sets A{60}= /],
    ['# /etc/systemd/system/x.service\n[Service]\nExecStop=/x', /ExecStop= \(line 2\)/],
  ])('and refused in one line: %j', (text, reason) => {
    expect(() => parseDropIn(text)).toThrow(StrangerError)
    expect(() => parseDropIn(text)).toThrow(reason)
    expect(() => parseDropIn(text)).toThrow(/^[^\n]{1,300}$/)
  })
})
