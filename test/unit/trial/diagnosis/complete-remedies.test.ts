import { expect, it } from 'vitest'
import { type Remedy, remedyId } from '../../../../src/catalog/common/remedy.ts'
import { completeRemedies } from '../../../../src/trial/diagnosis/complete-remedies.ts'
import { memoryHost } from '../../observe/memory-host.ts'

const host = memoryHost({
  files: {
    '/srv/data/kept': '',
    '/etc/motd': '',
    '/opt/start': '#!/usr/bin/env python3\n',
    '/opt/tool': '\u007fELF',
    '/usr/bin/python3': '',
  },
})
const written = (path: string): Remedy => ({ kind: 'read-write-path', path })
const executed = (path: string): Remedy => ({ kind: 'exec-path', path })

it.each<[string, Remedy, string[]]>([
  ['a file that is there', written('/srv/data/kept'), ['read-write-path /srv/data/kept']],
  ['a file that was to be made: its folder', written('/srv/data/new'), ['read-write-path /srv/data']],
  ['nothing of /etc but what is there', written('/etc/motd'), ['read-write-path /etc/motd']],
  ['never all of /etc for one new file in it', written('/etc/new'), []],
  ['nothing in a folder that is missing too', written('/srv/none/new'), []],
  ['a program', executed('/opt/tool'), ['exec-path /opt/tool']],
  [
    'a script with the interpreters that it needs',
    executed('/opt/start'),
    ['exec-path /opt/start', 'exec-path /usr/bin/env', 'exec-path /usr/bin/python3'],
  ],
  ['what is no path stays', { kind: 'capability', name: 'CAP_KILL' }, ['capability CAP_KILL']],
])('%s', async (_, remedy, ids) => {
  expect((await completeRemedies(host, [remedy, remedy])).map(remedyId)).toEqual(ids)
})

it('a file that the service made in a clone alone is to be made on the host that the change is for', async () => {
  const clone = memoryHost({ files: { '/srv/data/kept': '', '/srv/data/new': '' } })
  const remedies = await completeRemedies(clone, [written('/srv/data/new')], host)
  expect(remedies.map(remedyId)).toEqual(['read-write-path /srv/data'])
})
