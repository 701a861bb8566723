import { dirname } from 'node:path/posix'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { ProcessFacts } from '../facts.ts'

/**
 * Files *.pid in /run and the folders directly below it that contain the id of one of these processes. Many services
 * write one without PIDFile=, and nothing keeps such a file open. A file or folder of a stranger does not count: anyone
 * can write a number.
 */
export async function findPidFiles(
  host: Host,
  processes: readonly ProcessFacts[],
  gaps: BlindSpots,
): Promise<string[]> {
  if (processes.length === 0) return []
  const pids = new Set(processes.map(({ pid }) => String(pid)))
  const owners = new Set([0, ...processes.map(({ uid }) => uid.real)])
  const ownedAs = async (path: string, kind: 'file' | 'directory') => {
    const found = await orBlindSpot(gaps, path, host.stat(path))
    return found?.kind === kind && owners.has(found.uid)
  }
  const candidates = await namesInRun(host, gaps)
  const found = await mapFew(candidates, async (path) => {
    if (!(await ownedAs(path, 'file')) || !(await ownedAs(dirname(path), 'directory'))) return undefined
    const start = await host.readBytes(path, MAX_ID)
    return pids.has(new TextDecoder().decode(start).trim()) ? path : undefined
  })
  return found.filter((path) => path !== undefined)
}

/** A number of seven digits (PID_MAX_LIMIT is 2^22) with room for blanks and a newline. */
const MAX_ID = 16

async function namesInRun(host: Host, gaps: BlindSpots): Promise<string[]> {
  const top = (await orBlindSpot(gaps, '/run', host.list('/run'))) ?? []
  const isPidFile = (name: string) => name.endsWith('.pid')
  const below = await mapFew(
    top.filter((name) => !isPidFile(name)),
    async (folder) => {
      const names = await host.list(`/run/${folder}`).catch(orElse([]))
      return names.filter(isPidFile).map((name) => `/run/${folder}/${name}`)
    },
  )
  return [...top.filter(isPidFile).map((name) => `/run/${name}`), ...below.flat()]
}
