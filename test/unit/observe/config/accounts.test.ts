import { expect, test } from 'vitest'
import {
  homesOf,
  keysOfAccounts,
  parseGroup,
  parsePasswd,
  readAccounts,
} from '../../../../src/observe/config/accounts.ts'
import type { ProcessFacts } from '../../../../src/observe/facts.ts'
import { memoryHost } from '../memory-host.ts'

const PASSWD =
  'root:x:0:0:root:/root:/bin/bash\nwww-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\nbroken\n'

test('passwd and group lines', () => {
  expect(parsePasswd(PASSWD)).toEqual([
    { kind: 'user', name: 'root', id: 0, gid: 0 },
    { kind: 'user', name: 'www-data', id: 33, gid: 33 },
  ])
  expect(parseGroup('adm:x:4:syslog,me\n:x:5:\n')).toEqual([{ kind: 'group', name: 'adm', id: 4 }])
})

test('homes of the accounts that are asked for', () => {
  expect(homesOf(PASSWD, new Set([33, 34]))).toEqual(['/var/www'])
})

const same = (id: number) => ({ real: id, effective: id, saved: id, filesystem: id })
const process = (uid: number, isMain = false) =>
  ({ uid: same(uid), gid: same(uid), groups: [4], isMain }) as unknown as ProcessFacts

test('accounts that anything names are asked for in one go, and the users primary groups', async () => {
  const wanted = keysOfAccounts(
    { User: ['web'], Group: [''] },
    [process(33)],
    [],
    [{ create: { mode: 0o640, owner: 'root', group: 'adm' } } as never],
  )
  expect([...wanted.users]).toEqual(['web', '33', 'root'])
  expect([...wanted.groups]).toEqual(['33', '4', 'adm'])
  const host = memoryHost({
    files: {},
    programs: {
      'getent passwd -- web 33 root': PASSWD,
      'getent group -- 33 4 adm 0': 'www-data:x:33:\nadm:x:4:\nadm:x:4:\nroot:x:0:\n',
    },
  })
  const accounts = await readAccounts(host, wanted, new Set())
  expect(accounts.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
    'user root',
    'user www-data',
    'group root',
    'group adm',
    'group www-data',
  ])
})
