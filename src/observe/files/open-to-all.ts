import { dirname } from 'node:path/posix'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'

/**
 * Folders for what one service keeps for itself (file-hierarchy(7)); what lies elsewhere, in /srv or a folder of the
 * administrator's, is often made by one service and read by another.
 */
const OF_ONE_SERVICE = /^\/(?:etc|run|usr\/(?!local\/)|var\/(?:cache|lib|log|run|spool))\//
const PASS = 0o001
const READ_AND_PASS = 0o005

/** Whether every account may list what is in a folder of data, and open what its mode lets it. `path`: a real path. */
export async function isOpenToAll(host: Host, path: string, gaps: BlindSpots): Promise<boolean> {
  if (OF_ONE_SERVICE.test(path)) return false
  let needed = READ_AND_PASS
  for (let at = path; ; at = dirname(at)) {
    const stat = await orBlindSpot(gaps, at, host.stat(at))
    if (stat === undefined || stat.kind !== 'directory' || (stat.mode & needed) !== needed) return false
    if (at === '/') return true
    needed = PASS
  }
}
