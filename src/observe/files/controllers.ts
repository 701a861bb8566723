import { dirname } from 'node:path/posix'
import type { Host } from '../../host/host.ts'
import { throughRun } from '../../host/paths.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import type { Controller } from '../reach-facts.ts'

const MAX_BYTES = 16 * 1024 * 1024
const MIN_NAME = 4

/** What the text of a program has that talks to a socket: its folder, where that is the service's own, or its path. */
function signOf(address: string): string | undefined {
  if (address.startsWith('@')) return address.length > MIN_NAME ? address.slice(1) : undefined
  const path = throughRun(address)
  const folder = dirname(path)
  // One socket a process is numbered: the program has the name without it.
  return folder.split('/').length > 2 ? `${folder}/` : path.replace(/[.\d]+$/, '')
}

/**
 * A program of the unit's Exec lines, other than the daemon, whose text names a Unix socket on which a process of root
 * listens: what it tells the daemon there, root may tell it at any time.
 */
export async function readController(
  host: Host,
  { executables, processes, sockets }: Pick<Facts, 'executables' | 'processes' | 'sockets'>,
  gaps: BlindSpots,
): Promise<Controller | undefined> {
  const ofRoot = new Set(processes.filter(({ uid }) => uid.effective === 0).map(({ pid }) => pid))
  const listening = sockets.filter(
    ({ family, state, pids }) =>
      family === 'AF_UNIX' && state === 'listening' && pids.some((pid) => ofRoot.has(pid)),
  )
  if (listening.length === 0) return undefined
  for (const { path, from } of executables) {
    if (!from.includes('exec') || from.includes('running')) continue
    const bytes = await orBlindSpot(gaps, path, host.readBytes(path, MAX_BYTES))
    const text = Buffer.from(bytes ?? []).toString('latin1')
    const socket = listening.find(({ address }) => {
      const sign = signOf(address)
      return sign !== undefined && text.includes(sign)
    })
    if (socket !== undefined) return { path, socket: socket.address }
  }
  return undefined
}
