import { groupsOf } from '../../systemd/log/audit.ts'
import type { Assignment } from '../../systemd/settings/assignment.ts'
import { withSyscallExceptions, withSyscallRefused } from '../syscalls/syscall-filter.ts'
import {
  withAddressFamily,
  withCapability,
  withExecPath,
  withOptionalPath,
  withReadWritePath,
} from './relax.ts'
import type { Remedy } from './types.ts'

export type { Remedy } from './types.ts'

export function remedyId(remedy: Remedy): string {
  if ('path' in remedy) return `${remedy.kind} ${remedy.path}`
  if ('key' in remedy) return `${remedy.kind} ${remedy.key}`
  return `${remedy.kind} ${remedy.name}`
}

/** One line for the person; `groups` names the smallest group that a system call is of. */
export function remedyText(remedy: Remedy, groups: Record<string, string[]>): string {
  switch (remedy.kind) {
    case 'system-call': {
      const group = groupsOf(remedy.name, groups)[0]
      return `allow ${remedy.name}${group ? ` (of ${group})` : ''}, which ${remedy.by || 'the service'} called`
    }
    case 'refuse-softly':
      return `refuse ${remedy.name} with an error, without killing ${remedy.by || 'its caller'}`
    case 'capability':
      return `let the service keep ${remedy.name}`
    case 'address-family':
      return `allow sockets of ${remedy.name}`
    case 'read-write-path':
      return `keep ${remedy.path} writable`
    case 'exec-path':
      return `allow ${remedy.path} to be executed`
    case 'optional-path':
      return `start without ${remedy.path} when it is missing`
    case 'step-down':
      return `use the next looser value of ${remedy.key}`
    case 'drop':
      return `leave out ${remedy.key}`
  }
}

/** What the service was missing, to be read after "it needed"; undefined where only a directive is suspected. */
export function missingText(remedy: Remedy): string | undefined {
  switch (remedy.kind) {
    case 'system-call':
      return `the system call ${remedy.name}${remedy.by ? ` (called by ${remedy.by})` : ''}`
    case 'refuse-softly':
      return `an error from ${remedy.name} instead of death${remedy.by ? ` (called by ${remedy.by})` : ''}`
    case 'capability':
      return remedy.name
    case 'address-family':
      return `sockets of ${remedy.name}`
    case 'read-write-path':
      return `to write ${remedy.path}`
    case 'exec-path':
      return `to execute ${remedy.path}`
    case 'optional-path':
      return `to start without ${remedy.path}`
    case 'step-down':
    case 'drop':
      return undefined
  }
}

/** The directive whose assignments a remedy changes. */
export function remedyKeys(remedy: Remedy): string[] {
  switch (remedy.kind) {
    case 'system-call':
    case 'refuse-softly':
      return ['SystemCallFilter']
    case 'capability':
      return ['CapabilityBoundingSet']
    case 'address-family':
      return ['RestrictAddressFamilies']
    case 'read-write-path':
      return ['ReadWritePaths', 'ProtectSystem']
    case 'exec-path':
      return ['ExecPaths']
    case 'optional-path':
      return ['ReadWritePaths', 'ExecPaths']
    default:
      return [remedy.key]
  }
}

/** The assignments with the remedy applied. Undefined if the row must be left out, or a ladder is needed. */
export function applyRemedy(assignments: readonly Assignment[], remedy: Remedy): Assignment[] | undefined {
  const list = [...assignments]
  switch (remedy.kind) {
    case 'system-call':
      return withSyscallExceptions(
        list.filter(({ value }) => value !== `~${remedy.name}:EPERM`),
        [remedy.name],
      )
    case 'refuse-softly':
      return withSyscallRefused(list, remedy.name)
    case 'capability':
      return withCapability(list, remedy.name)
    case 'address-family':
      return withAddressFamily(list, remedy.name)
    case 'read-write-path':
      return withReadWritePath(list, remedy.path)
    case 'exec-path':
      return withExecPath(list, remedy.path)
    case 'optional-path':
      return withOptionalPath(list, remedy.path)
    default:
      return undefined
  }
}
