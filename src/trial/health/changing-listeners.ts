import type { SocketFacts } from '../../observe/facts.ts'
import { type Listener, listenerKey, listenersOf } from './baseline.ts'

/** Below these only root chooses, and chooses by name: ip(7). */
const FIRST_FREE = 1024

/** "/tmp/…/…": names differ, and where the socket lies does not. An abstract one has no place. */
function placeOf(address: string): string {
  if (address.startsWith('@')) return '@'
  const [, top, ...inside] = address.split('/')
  return `/${top} ${inside.length}`
}

function alike(one: Listener, { family, type, address }: Omit<Listener, 'port'>): boolean {
  if (one.family !== family || one.type !== type) return false
  return family === 'AF_UNIX' ? placeOf(one.address) === placeOf(address) : one.address === address
}

/** Whether a start may have chosen its port or name by itself. */
function mayChange({ family, port }: Pick<Listener, 'family' | 'port'>): boolean {
  return family === 'AF_UNIX' || port >= FIRST_FREE
}

/**
 * Those of the listeners whose port or name another start of the same service chose anew: it does not listen there, and
 * does on another port of the same address, or by another name in such a place. Undefined where one is missing for which
 * there is no other. Pure.
 */
export function changingListeners(
  listeners: readonly Listener[],
  elsewhere: readonly SocketFacts[],
): Listener[] | undefined {
  const found = listenersOf(elsewhere)
  const there = new Set(found.map(listenerKey))
  const before = new Set(listeners.map(listenerKey))
  const missing = listeners.filter((one) => !there.has(listenerKey(one)))
  // A datagram socket may ask from a port so high that it would not count as one that listens.
  const sockets = elsewhere.filter(({ family, state }) => family !== 'AF_UNIX' && state !== 'connected')
  const others = [...found.filter(({ family }) => family === 'AF_UNIX'), ...sockets].filter(
    (one) => mayChange(one) && !before.has(listenerKey(one)),
  )
  for (const one of missing) {
    const other = mayChange(one) ? others.findIndex((socket) => alike(one, socket)) : -1
    if (other < 0) return undefined
    others.splice(other, 1)
  }
  return missing
}

export function without(listeners: readonly Listener[], gone: readonly Listener[]): Listener[] {
  const keys = new Set(gone.map(listenerKey))
  return listeners.filter((one) => !keys.has(listenerKey(one)))
}
