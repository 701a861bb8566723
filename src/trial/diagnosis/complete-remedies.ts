import { dirname } from 'node:path/posix'
import { type Remedy, remedyId } from '../../catalog/common/remedy.ts'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { interpretersOf } from '../../observe/files/executables.ts'

/** Too much to be handed out because one file in it was to be made. */
const TOO_WIDE =
  /^\/(?:|etc|usr(?:\/[^/]+)?|boot|var(?:\/(?:lib|log|cache|spool))?|home|root|s?bin|lib\w*|opt|srv|run)$/

/** The path itself where it is there, else the folder in which it was to be made: systemd passes over what is missing. */
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
 * The remedies as a unit can have them: each place by a path that is there, or not at all, and a script with its
 * interpreter, whose refusal the kernel reports as the script's. `appliedTo` is the host that the change is for, where
 * `host` is a clone of it: what the service made in the clone before it was held to the change is not there.
 */
export async function completeRemedies(
  host: Host,
  remedies: readonly Remedy[],
  appliedTo: Host = host,
): Promise<Remedy[]> {
  const all = await Promise.all(remedies.map((remedy) => completeRemedy(host, remedy, appliedTo)))
  return [...new Map(all.flat().map((remedy) => [remedyId(remedy), remedy])).values()]
}
