import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import { parseSysvIpc } from './sysv-ipc.ts'

const SEGMENTS = '/proc/sysvipc/shm'
/** The inode of such a mapping is the id of its segment, and the name has its key: proc_pid_maps(5), sysvipc(7). */
const MAPPED = /^\S+ \S+ \S+ \S+ (\d+) +\/SYSV([0-9a-f]{8})\b/
const OF_OTHERS = 0o066

/** Ids of System V segments that any account but the owner may attach, from /proc/sysvipc/shm. */
export function segmentsOfOthers(text: string): Set<string> {
  return new Set(parseSysvIpc(text).flatMap(({ id, mode }) => ((mode & OF_OTHERS) === 0 ? [] : [id])))
}

/** Keys of attached segments among `ids`; without a key nobody else finds one. */
export function sharedKeys(maps: string, ids: ReadonlySet<string>): string[] {
  const found = maps.split('\n').flatMap((line) => {
    const [, id = '', key = ''] = MAPPED.exec(line) ?? []
    return ids.has(id) && !/^0*$/.test(key) ? [`0x${key}`] : []
  })
  return [...new Set(found)]
}

/** The keys of System V memory that a process has attached, and that other accounts may attach too. */
export async function readSharedMemory(host: Host, maps: string, gaps: BlindSpots): Promise<string[]> {
  if (!maps.includes('/SYSV')) return []
  const segments = (await orBlindSpot(gaps, SEGMENTS, host.read(SEGMENTS))) ?? ''
  return sharedKeys(maps, segmentsOfOthers(segments))
}
