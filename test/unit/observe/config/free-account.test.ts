import { expect, test } from 'vitest'
import { freeAccount, isMadeByHardenctl, MADE_BY } from '../../../../src/observe/config/free-account.ts'

const PASSWD = 'root:x:0:0:root:/root:/bin/bash\nsystemd-network:x:998:998::/:/usr/sbin/nologin\n'
const GROUP = 'root:x:0:\nsystemd-journal:x:999:\n'

test.each([
  ['notes.service', { name: 'notes', id: 997 }],
  ['my-app_2.service', { name: 'my-app_2', id: 997 }],
  ['root.service', undefined],
  ['systemd-journal.service', undefined],
  ['app@1.service', undefined],
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

test('an account is known by its own comment alone', () => {
  const users = [`notes:x:950:950:${MADE_BY}:/:/bin/sh`, `home:x:951:951:A home:/srv:${MADE_BY}`, 'broken']
  const made = (name: string) => isMadeByHardenctl(users.join('\n'), name)
  expect(['notes', 'home', 'broken', 'none'].map(made)).toEqual([true, false, false, false])
})

test('none where every id is taken', () => {
  const all = Array.from({ length: 900 }, (_, at) => `g${at}:x:${at + 100}:`).join('\n')
  expect(freeAccount('notes.service', PASSWD, all)).toBeUndefined()
})
