import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'

/** What a reboot empties, and a clone begins without: file-hierarchy(7). */
export const VOLATILE = ['/run', '/tmp', '/dev/shm']
/** Paths of PID 1, the journal and hardenctl; a boot creates them before any service. */
const KEPT =
  /^\/run\/(?:systemd|log|user|host|udev|credentials|hardenctl|hardenctl-trace)(?:\/|$)|^\/tmp\/systemd-private-/

/** Paths that are there; emptyVolatile() leaves them. */
export type VolatileListing = ReadonlySet<string>

/** Everything in the folders that a reboot empties. */
export async function listVolatile(clone: Host): Promise<VolatileListing> {
  const found = await clone.run(['find', ...VOLATILE, '-xdev', '-mindepth', '1', '-print0'])
  return new Set(found.stdout.split('\0').filter((path) => path !== '' && !KEPT.test(path)))
}

/**
 * Restores the folders that a reboot empties to their state before the service's first start, as a boot would: removes
 * newer files, and systemd-tmpfiles creates its own again. Only for a clone, and while the service is stopped.
 */
export async function emptyVolatile(clone: Host, before: VolatileListing): Promise<void> {
  if (!clone.isClone) throw new Error('only a clone is brought to where a boot begins')
  const now = await listVolatile(clone)
  // The deepest first: a folder goes when it is empty.
  const made = [...now].filter((path) => !before.has(path)).sort((a, b) => (a < b ? 1 : -1))
  for (const path of made) await clone.remove(path).catch(orElse(false))
  await clone.run(['systemd-tmpfiles', '--create', '--prefix=/run', '--prefix=/tmp'])
}
