import { expect, it } from 'vitest'
import { userManager } from '../../../src/host/user-host.ts'
import { readUser } from '../../../src/observe/user-facts.ts'
import { memoryHost } from './memory-host.ts'

const LOG = 'journalctl --no-pager -q -o cat -n 1 _TRANSPORT=kernel'
const RUN =
  'systemd-run --quiet --collect --property=Type=oneshot --property=ProtectSystem=yes /bin/sh -c [ "$(readlink /proc/self/ns/mnt)" != "$1" ] sh mnt:[1]'

/** A user's machine on which these programs can be started. */
function machine(programs: Record<string, string>) {
  const files = { '/proc/self/ns/mnt': { link: 'mnt:[1]' } }
  return { ...memoryHost({ files, programs }), manager: userManager(1000, '/home/ann', {}) }
}

it.each([
  ['a line of the log and a program with mounts of its own', { [LOG]: 'a line\n', [RUN]: '' }, true, true],
  ['no line of the log', { [LOG]: '', [RUN]: '' }, false, true],
  ['neither', {}, false, false],
])('what a user may do is tried: %s', async (_, programs, readsKernelLog, makesNamespaces) => {
  const found = await readUser(machine(programs))
  expect(found).toEqual({ home: '/home/ann', runtime: '/run/user/1000', readsKernelLog, makesNamespaces })
})

it('is nobody for the manager of the system', async () => {
  expect(await readUser(memoryHost({ files: {} }))).toBeUndefined()
})
