import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { mapFew } from '../../observe/blind-spots.ts'
import { interpretersOf } from '../../observe/files/executables.ts'
import type { Learned, LearnedAct, LearnedFile } from '../../observe/trace/learned.ts'

const SETUID_OR_SETGID = 0o6000

function isExecuted({ uses }: LearnedFile): boolean {
  return uses.includes('execute')
}

/** The same with the interpreters of scripts, which the kernel starts without a call that a trace could show. */
export async function withInterpreters(host: Host, learned: Learned): Promise<Learned> {
  const executed = learned.files.filter(isExecuted)
  const known = new Set(executed.map(({ path }) => path))
  const found = await mapFew(executed, async ({ path, sightings }): Promise<LearnedFile[]> => {
    const interpreters = await interpretersOf(host, path).catch(orElse([]))
    const real = await Promise.all(interpreters.map((one) => host.resolve(one).catch(orElse(undefined))))
    return real.flatMap((one) => (one === undefined ? [] : [{ path: one, uses: ['execute'], sightings }]))
  })
  const more = new Map(found.flat().map((file) => [file.path, file]))
  const added = [...more.values()].filter(({ path }) => !known.has(path))
  return added.length === 0 ? learned : { ...learned, files: [...learned.files, ...added] }
}

/** Executed programs of the trace that are setuid or setgid: NoNewPrivileges= would disable that. */
export async function privilegedPrograms(
  host: Host,
  { files }: Pick<Learned, 'files'>,
): Promise<LearnedAct[]> {
  const executed = files.filter(isExecuted)
  const modes = await mapFew(executed, ({ path }) => host.stat(path).catch(orElse(undefined)))
  return executed.flatMap(({ path, sightings }, index): LearnedAct[] => {
    const stat = modes[index]
    if (stat?.kind !== 'file' || (stat.mode & SETUID_OR_SETGID) === 0) return []
    return [{ kind: 'privileged', detail: path, call: 'execve', sure: true, sightings }]
  })
}
