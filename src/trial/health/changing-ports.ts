import type { SocketFacts } from '../../observe/facts.ts'
import { type Listener, listenerKey, listenersOf } from './baseline.ts'

/** Below these only root chooses, and chooses by name: ip(7). */
const FIRST_FREE = 1024

function alike(one: Listener, { family, type, address }: Omit<Listener, 'port'>): boolean {
  return one.family === family && one.type === type && one.address === address
}

/**
 * Those of the listeners whose port another start of the same service chose anew: it does not listen there, and does on
 * another port of the same address. Undefined where one is missing for which there is no other. Pure.
 */
export function changingPorts(
  listeners: readonly Listener[],
  elsewhere: readonly SocketFacts[],
): Listener[] | undefined {
  const there = new Set(listenersOf(elsewhere).map(listenerKey))
  const before = new Set(listeners.map(listenerKey))
  const missing = listeners.filter((one) => !there.has(listenerKey(one)))
  const others = elsewhere.filter(
    (one) =>
      one.family !== 'AF_UNIX' &&
      one.state !== 'connected' &&
      one.port >= FIRST_FREE &&
      !before.has(listenerKey(one)),
  )
  for (const one of missing) {
    const other = one.port < FIRST_FREE ? -1 : others.findIndex((socket) => alike(one, socket))
    if (other < 0) return undefined
    others.splice(other, 1)
  }
  return missing
}

export function without(listeners: readonly Listener[], gone: readonly Listener[]): Listener[] {
  const keys = new Set(gone.map(listenerKey))
  return listeners.filter((one) => !keys.has(listenerKey(one)))
}
