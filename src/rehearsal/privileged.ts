import type { Host } from '../host/host.ts'
import { mapFew } from '../observe/gaps.ts'
import type { Learned, LearnedAct } from '../observe/learned.ts'

const SETUID_OR_SETGID = 0o6000

/** Programs that the trace shows executed and that are setuid or setgid: NoNewPrivileges= would make that void. */
export async function privilegedPrograms(
  host: Host,
  { files }: Pick<Learned, 'files'>,
): Promise<LearnedAct[]> {
  const executed = files.filter(({ uses }) => uses.includes('execute'))
  const modes = await mapFew(executed, ({ path }) => host.stat(path).catch(() => undefined))
  return executed.flatMap(({ path, sightings }, index): LearnedAct[] => {
    const stat = modes[index]
    if (stat?.kind !== 'file' || (stat.mode & SETUID_OR_SETGID) === 0) return []
    return [{ kind: 'privileged', detail: path, call: 'execve', sure: true, sightings }]
  })
}
