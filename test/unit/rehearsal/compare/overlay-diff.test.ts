import { describe, expect, it } from 'vitest'
import { layersIn, parseFound, writtenBetween } from '../../../../src/rehearsal/compare/overlay-diff.ts'

const MOUNTS = `30 1 0:40 / / rw - overlay overlay rw,lowerdir=/run/hardenctl/clone-a/layers/1/lower,upperdir=/run/hardenctl/clone-a/layers/1/upper,workdir=w
31 30 0:41 / /var rw - overlay overlay rw,lowerdir=x,upperdir=/run/hardenctl/clone-a/layers/3/upper
32 30 0:42 / /run rw - tmpfs tmpfs rw
33 30 0:43 / /opt rw - overlay overlay rw,lowerdir=x,upperdir=/elsewhere/upper
`
/** find(1) names its starting point and a stamp too, which are not what these are about. */
const found = (text: string, point = '/') => {
  const whole = text.split('\0').map((record) => {
    const fields = record.split('\t')
    return fields.length < 7
      ? record
      : ['/layer', ...fields.slice(0, 6), '5 7', ...fields.slice(6)].join('\t')
  })
  return new Map(parseFound(whole.join('\0'), new Map([['/layer', point]])))
}

describe('the layers of a clone', () => {
  it('are found by the numbers of their boot', () => {
    expect(layersIn(MOUNTS)).toEqual([
      { point: '/', folder: '/run/host/layers/1/upper' },
      { point: '/var', folder: '/run/host/layers/3/upper' },
    ])
  })

  it('hold files, folders, and deletions; names may hold anything but a zero', () => {
    const text =
      'd\t1.0\t0:0\t755\t0\t40\t\0f\t2.0\t0:0\t644\t8\t3\tlog/a\tb\nc\0c\t3.0\t0:0\t0\t0\t0\tlog/old\0broken\0'
    expect([...found(text, '/var')]).toEqual([
      [
        '/var/log/a\tb\nc',
        { kind: 'f', changed: '2.0', owner: '0:0', mode: '644', data: true, stamp: '5 7' },
      ],
      ['/var/log/old', { kind: 'gone', changed: '3.0', owner: '0:0', mode: '0', data: false, stamp: '5 7' }],
    ])
  })

  it('show a private /tmp as what it is to the service', () => {
    const text = 'f\t1.0\t0:0\t644\t8\t3\tsystemd-private-0a-x.service-B/tmp/y\0'
    expect([...found(text, '/tmp').keys()]).toEqual(['/tmp/y'])
  })
})

describe('between two listings', () => {
  const file = (name: string, changed: string, more = '0:0\t644\t8\t3') => `f\t${changed}\t${more}\t${name}\0`
  const before = found(file('same', '1') + file('more', '1') + file('given', '1') + file('left', '1'))
  const after = found(
    file('same', '1') +
      file('more', '2') +
      file('given', '2', '33:33\t640\t0\t3') +
      file('new', '2') +
      file('changed', '2') +
      file('handed', '2', '33:33\t644\t0\t3') +
      'c\t2\t0:0\t0\t0\t0\tlost\0d\t2\t0:0\t755\t0\t40\tetc\0',
  )
  it('is what was made, changed, handed over and removed', () => {
    const existed = new Set(['/changed', '/handed', '/etc'])
    expect(
      writtenBetween(before, after, (path) => existed.has(path)).map(({ path, uses }) => [path, ...uses]),
    ).toEqual([
      ['/changed', 'write'],
      ['/given', 'owner', 'mode'],
      ['/handed', 'owner'],
      ['/left', 'remove'],
      ['/lost', 'remove'],
      ['/more', 'write'],
      ['/new', 'write', 'create'],
    ])
  })
})
