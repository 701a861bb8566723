import type { Directive } from './types.ts'

/** A filter of system calls, or a namespace of the service's own by its name in /proc: systemd.exec(5). */
type Enforcer = 'filter' | 'mnt' | 'net' | 'user' | 'uts' | 'ipc'

const ENFORCERS: Readonly<Record<string, Enforcer>> = {
  LockPersonality: 'filter',
  MemoryDenyWriteExecute: 'filter',
  ProtectClock: 'filter',
  RestrictAddressFamilies: 'filter',
  RestrictNamespaces: 'filter',
  RestrictRealtime: 'filter',
  RestrictSUIDSGID: 'filter',
  SystemCallArchitectures: 'filter',
  SystemCallFilter: 'filter',
  PrivateIPC: 'ipc',
  PrivateNetwork: 'net',
  PrivateUsers: 'user',
  ProtectHostname: 'uts',
}

/** What systemd enforces a setting by; undefined where it is neither a filter nor a namespace. */
export function enforcedBy({
  key,
  mountNamespace,
}: Pick<Directive, 'key' | 'mountNamespace'>): Enforcer | undefined {
  return ENFORCERS[key] ?? (mountNamespace === true ? 'mnt' : undefined)
}
