import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { SharedSegment } from '../facts.ts'
import { parseSysvIpc, type SysvIpc } from './sysv-ipc.ts'

const SEGMENTS = '/proc/sysvipc/shm'
/** The inode of such a mapping is the id of its segment, and the name has its key: proc_pid_maps(5), sysvipc(7). */
const MAPPED = /^\S+ \S+ \S+ \S+ (\d+) +\/SYSV([0-9a-f]{8})\b/

/** Attached segments among `there`; without a key nobody else finds one. */
export function attachedSegments(maps: string, there: readonly SysvIpc[]): SharedSegment[] {
  const found = maps.split('\n').flatMap((line): [string, SharedSegment][] => {
    const [, id = '', key = ''] = MAPPED.exec(line) ?? []
    const segment = there.find((one) => one.id === id)
    if (segment === undefined || /^0*$/.test(key)) return []
    return [[id, { key: `0x${key}`, uid: segment.uid, mode: segment.mode }]]
  })
  return [...new Map(found).values()]
}

/** System V memory that a process has attached and that others may look for by its key. */
export async function readSharedMemory(host: Host, maps: string, gaps: BlindSpots): Promise<SharedSegment[]> {
  if (!maps.includes('/SYSV')) return []
  return attachedSegments(maps, parseSysvIpc((await orBlindSpot(gaps, SEGMENTS, host.read(SEGMENTS))) ?? ''))
}
