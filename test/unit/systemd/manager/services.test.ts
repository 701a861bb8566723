import { expect, it } from 'vitest'
import { parseShowMany, parseUnitList } from '../../../../src/systemd/manager/services.ts'

it.each([
  [
    'a plain list',
    'cron.service loaded active running Regular  jobs',
    [
      {
        name: 'cron.service',
        state: 'loaded',
        active: 'active',
        sub: 'running',
        description: 'Regular jobs',
      },
    ],
  ],
  [
    'a mark before a failed unit',
    '● x.service loaded failed failed X',
    [{ name: 'x.service', state: 'loaded', active: 'failed', sub: 'failed', description: 'X' }],
  ],
  [
    'an instance with an escape',
    'a@b\\x2dc.service static -',
    [{ name: 'a@b\\x2dc.service', state: 'static', active: '-', sub: '', description: '' }],
  ],
  ['what is no service', 'x.socket loaded active listening X\n\n', []],
])('systemctl list: %s', (_, text, expected) => {
  expect(parseUnitList(text)).toEqual(expected)
})

it('parts what systemctl shows of several units, each at the key that comes first', () => {
  const text = 'Type=simple\nId=a.service\n\nType=notify\nId=b.service\nNames=b.service c.service\n'
  expect(parseShowMany(text, 2)).toEqual([
    { Type: ['simple'], Id: ['a.service'] },
    { Type: ['notify'], Id: ['b.service'], Names: ['b.service c.service'] },
  ])
})

it('keeps blank lines inside of a value', () => {
  const text = 'Type=simple\nEnvironment=A=1\n\nno key\nId=a.service\n\nType=notify\nId=b.service\n'
  expect(parseShowMany(text, 2)?.map(({ Id }) => Id)).toEqual([['a.service'], ['b.service']])
})

it.each([
  ['a value that looks like the next unit', 'Type=simple\nEnvironment=A\n\nType=x\nId=a.service\n', 1],
  ['nothing', '', 1],
])('gives up where the parts are not as many as the units: %s', (_, text, count) => {
  expect(parseShowMany(text, count)).toBeUndefined()
})
