import { expect, test } from 'vitest'
import { freeAccount, isMadeByHardenctl, MADE_BY } from '../../../../src/observe/config/free-account.ts'

const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nsystemd-network:x:998:998::/:/usr/sbin/nologin\n'
const GROUP = 'root:x:0:\nsystemd-journal:x:999:\n'

test.each([
  ['notes.service', { name: 'notes', id: 997 }],
  ['my-app_2.service', { name: 'my-app_2', id: 997 }],
  ['root.service', undefined],
  ['systemd-journal.service', undefined],
  ['app@1.service', { name: 'app_1', id: 997 }],
  ['app@my.conf.service', { name: 'app_my-conf', id: 997 }],
  ['Notes.service', undefined],
  ['a.b.service', undefined],
  [`${'a'.repeat(32)}.service`, undefined],
])('%s', (unit, account) => {
  expect(freeAccount(unit, PASSWD, GROUP)).toEqual(account)
})

test('one that hardenctl made earlier is used again, one of somebody else is not', () => {
  const made = `${PASSWD}notes:x:950:950:${MADE_BY}:/:/usr/sbin/nologin\n`
  expect(freeAccount('notes.service', made, GROUP)).toEqual({ name: 'notes', id: 950 })
  const others = `${PASSWD}notes:x:950:950:A note taker:/:/usr/sbin/nologin\n`
  expect(freeAccount('notes.service', others, GROUP)).toBeUndefined()
})

test.each([
  ['a closed one of the system', 'notes:x:105:112::/:/usr/sbin/nologin', true],
  ['one with a login', 'notes:x:105:112::/:/bin/sh', false],
  ['one with a fixed id of the base system', 'notes:x:8:112::/:/usr/sbin/nologin', false],
  ['one of a person', 'notes:x:1000:112::/:/usr/sbin/nologin', false],
  ['one whose group is not there', 'notes:x:105:113::/:/usr/sbin/nologin', false],
])('an account that is there is taken if it is closed: %s', (_, line, taken) => {
  const group = `${GROUP}scribes:x:112:\n`
  const idle = { kind: 'group', name: 'scribes', id: 112 }
  const expected = taken ? { name: 'notes', id: 105, idle } : undefined
  expect(freeAccount('notes.service', `${PASSWD}${line}\n`, group)).toEqual(expected)
})

test('an account is known by its own comment alone', () => {
  const users = [`notes:x:950:950:${MADE_BY}:/:/bin/sh`, `home:x:951:951:A home:/srv:${MADE_BY}`, 'broken']
  const made = (name: string) => isMadeByHardenctl(users.join('\n'), name)
  expect(['notes', 'home', 'broken', 'none'].map(made)).toEqual([true, false, false, false])
})

test('none where every id is taken', () => {
  const all = Array.from({ length: 900 }, (_, at) => `g${at}:x:${at + 100}:`).join('\n')
  expect(freeAccount('notes.service', PASSWD, all)).toBeUndefined()
})
