import { dirname } from 'node:path/posix'
import { type Remedy, remedyId } from '../../catalog/common/remedy.ts'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { interpretersOf } from '../../observe/files/executables.ts'

/** Folders that are too large to make writable for one missing file. */
const TOO_WIDE =
  /^\/(?:|etc|usr(?:\/[^/]+)?|boot|var(?:\/(?:lib|log|cache|spool))?|home|root|s?bin|lib\w*|opt|srv|run)$/

/** The path itself if it exists, else the folder where it was to be created: systemd ignores missing paths. */
async function writablePlace(host: Host, path: string): Promise<string | undefined> {
  if ((await host.stat(path).catch(orElse(undefined))) !== undefined) return path
  const folder = dirname(path)
  if (TOO_WIDE.test(folder)) return undefined
  return (await host.stat(folder).catch(orElse(undefined))) === undefined ? undefined : folder
}

async function completeRemedy(host: Host, remedy: Remedy, appliedTo: Host): Promise<Remedy[]> {
  if (remedy.kind === 'exec-path') {
    const interpreters = await interpretersOf(host, remedy.path)
    return [remedy, ...interpreters.map((found): Remedy => ({ kind: 'exec-path', path: found }))]
  }
  if (remedy.kind !== 'read-write-path') return [remedy]
  const path = await writablePlace(appliedTo, remedy.path)
  return path === undefined ? [] : [{ ...remedy, path }]
}

/**
 * The remedies in a form that a unit accepts: each path exists or is dropped, and a script comes with its interpreter,
 * whose refusal the kernel reports as the script's. `appliedTo` is the host that the change is for, where `host` is its
 * clone: a file that the service created in the clone before the change does not exist there.
 */
export async function completeRemedies(
  host: Host,
  remedies: readonly Remedy[],
  appliedTo: Host = host,
): Promise<Remedy[]> {
  const all = await Promise.all(remedies.map((remedy) => completeRemedy(host, remedy, appliedTo)))
  return [...new Map(all.flat().map((remedy) => [remedyId(remedy), remedy])).values()]
}
