import type { Facts } from '../../observe/facts.ts'
import { uncomparedAccess } from './access-control.ts'

/** Devices that every clone has: boot-script.ts. */
const EVERYWHERE =
  /^\/dev\/(?:null|zero|full|u?random|tty|ptmx|pts\/.*|shm(?:\/.*)?|fd(?:\/.*)?|std(?:in|out|err)|log)$/
const LOOPBACK = /^(?:127\.|\[?::1\]?|\[?::ffff:127\.)/
const MAX_NAMED = 3

/** True of every clone: kernel, clock and modules are the host's, and the rest is left out on purpose. */
const ALWAYS =
  'A clone reaches no other machine, has no hardware, and can’t set the clock, load kernel modules, or change /proc/sys or /sys'

function few(all: readonly string[]): string {
  const distinct = [...new Set(all)]
  const more = distinct.length - MAX_NAMED
  return `${distinct.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/**
 * What of this service a clone can't have as it is on the live host, in sentences; `facts` are the live host's. Each is a
 * reason why a change may hold in a clone and not live.
 */
export function unlikeHost(facts: Pick<Facts, 'processes' | 'sockets' | 'selinux'>): string[] {
  const { processes, sockets } = facts
  const open = processes.flatMap(({ openFiles }) => openFiles)
  const devices = open.filter(({ kind, path }) => kind === 'device' && !EVERYWHERE.test(path))
  const peers = sockets.flatMap(({ peer }) => (peer === undefined || LOOPBACK.test(peer) ? [] : [peer]))
  return [
    ALWAYS,
    ...(peers.length === 0 ? [] : [`here it is connected to ${few(peers)}, which no clone reaches`]),
    ...(devices.length === 0
      ? []
      : [`here it holds ${few(devices.map(({ path }) => path))} open, which no clone has`]),
    ...uncomparedAccess(facts),
  ]
}
