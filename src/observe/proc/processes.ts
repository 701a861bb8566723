import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { ProcessFacts } from '../facts.ts'
import { parseMaps } from './maps.ts'
import { readOpenFiles } from './open-files.ts'
import { parseCmdline, parseStat, parseStatus, schedulingOfThreads } from './process-status.ts'
import { readSharedMemory } from './shared-memory.ts'

/** namespaces(7). "time" is left out: systemd has no setting for it. */
const NAMESPACES = ['mnt', 'net', 'pid', 'user', 'uts', 'ipc', 'cgroup'] as const

/** Namespace name → link target ("mnt:[4026531832]"); one that can't be read is absent. */
export type Namespaces = Partial<Record<(typeof NAMESPACES)[number], string>>

/** Names of the namespaces known on both sides that differ. */
export function differingNamespaces(own: Namespaces, first: Namespaces): string[] {
  return NAMESPACES.filter((name) => own[name] && first[name] && own[name] !== first[name])
}

/** Processes by their ids, sorted; those that end while they are read are left out. */
export async function readProcesses(
  host: Host,
  pids: readonly number[],
  mainPid: number,
  gaps: BlindSpots,
): Promise<ProcessFacts[]> {
  // A user may not read those of PID 1; hardenctl itself has the same.
  const first = await readNamespaces(host, host.manager.kind === 'user' ? 'self' : 1, gaps)
  if (!first.mnt) gaps.add("PID 1's namespaces can't be read, so the service's own namespaces are unknown")
  const sorted = [...new Set(pids)].sort((a, b) => a - b)
  const processes = await mapFew(sorted, (pid) => readProcess(host, pid, pid === mainPid, first, gaps))
  return processes.filter((process) => process !== undefined)
}

async function readNamespaces(host: Host, pid: number | 'self', gaps: BlindSpots): Promise<Namespaces> {
  const found: Namespaces = {}
  for (const name of NAMESPACES) {
    const target = await orBlindSpot(gaps, `/proc/${pid}/ns`, host.readlink(`/proc/${pid}/ns/${name}`))
    if (target) found[name] = target
  }
  return found
}

async function readProcess(
  host: Host,
  pid: number,
  isMain: boolean,
  first: Namespaces,
  gaps: BlindSpots,
): Promise<ProcessFacts | undefined> {
  const folder = `/proc/${pid}`
  const text = (name: string) => orBlindSpot(gaps, `${folder}/${name}`, host.read(`${folder}/${name}`))
  const link = (name: string) => orBlindSpot(gaps, `${folder}/${name}`, host.readlink(`${folder}/${name}`))

  const stat = parseStat((await text('stat')) ?? '')
  const status = parseStatus((await text('status')) ?? '')
  if (!stat || !status) return undefined

  const executable = ((await link('exe')) ?? '').replace(/ \(deleted\)$/, '')
  const place = {
    pid,
    root: (await link('root')) ?? '/',
    ownNamespaces: differingNamespaces(await readNamespaces(host, pid, gaps), first),
  }
  const maps = (await text('maps')) ?? ''
  const mappings = parseMaps(maps)
  const sharedMemory = await readSharedMemory(host, maps, gaps)
  const securityLabel = (await securityContext(host, pid))?.replace(/[\0\n]+$/, '')
  const process: ProcessFacts = {
    ...place,
    ...stat,
    ...status,
    scheduling: schedulingOfThreads(stat.scheduling, await threadPolicies(host, pid)),
    argv: parseCmdline((await text('cmdline')) ?? ''),
    executable,
    isMain,
    ...(securityLabel ? { securityLabel } : {}),
    openFiles: await readOpenFiles(host, place, gaps),
    executableMemory: mappings.executableMemory,
    ...(sharedMemory.length > 0 ? { sharedMemory } : {}),
    libraries: mappings.files.filter((file) => file !== executable),
    personality: ((await text('personality')) ?? '').trim() || '00000000',
  }
  // Another process may have got the pid while its files were read: then half of the data is about a stranger.
  const again = parseStat((await text('stat')) ?? '')
  return again?.startTicks === stat.startTicks ? process : undefined
}

/** Where no security module gives labels, reading is an error (EINVAL) and no gap. */
async function securityContext(host: Host, pid: number): Promise<string | undefined> {
  return host.read(`/proc/${pid}/attr/current`).catch(orElse(undefined))
}

async function threadPolicies(host: Host, pid: number): Promise<ProcessFacts['scheduling'][]> {
  const threads = await host.list(`/proc/${pid}/task`).catch(orElse([]))
  if (threads.length < 2) return []
  const texts = await mapFew(threads, (thread) =>
    host.read(`/proc/${pid}/task/${thread}/stat`).catch(orElse(undefined)),
  )
  return texts.map((text) => parseStat(text ?? '')?.scheduling).filter((policy) => policy !== undefined)
}
