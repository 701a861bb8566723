import type { Facts } from '../../observe/facts.ts'
import { enforcedBy } from './enforced-by.ts'
import type { Directive, Stage } from './types.ts'
import { startsUnprivileged } from './unit-settings.ts'

/** Of a setting that needs programs in the kernel (BPF) or another /proc. Tried on systemd 257. */
export const UNENFORCED =
  'The manager of a user has no right to enforce it, and systemd would show it all the same.'

/** Stages that need rights of root. */
const STAGES_OF_ROOT: Partial<Record<Stage, string>> = {
  capabilities:
    'A service of a user has no capabilities, and only root may take any out of its bounding set.',
  user: 'Only root may give a service another account.',
}

const NO_NAMESPACES =
  'The manager of this user can’t make user namespaces here, and would start the service without it.'

/** Why a user's manager can't give a unit this setting, as a sentence; undefined where it can, and for PID 1. */
export function needsRoot({ ofUser }: Facts, directive: Directive): string | undefined {
  if (ofUser === undefined) return undefined
  const by = enforcedBy(directive)
  const unmade = !ofUser.makesNamespaces && by !== undefined && by !== 'filter' ? NO_NAMESPACES : undefined
  return STAGES_OF_ROOT[directive.stage] ?? directive.needsRoot ?? unmade
}

/** The first release that loads filters of system calls without NoNewPrivileges=: NEWS of systemd 255. */
const FILTERS_WITHOUT = 255

/** Before that release systemd sets NoNewPrivileges= for a unit with User= and any filter of system calls. */
export function bringsWithFilters(facts: Facts): boolean {
  return startsUnprivileged(facts) && facts.systemd < FILTERS_WITHOUT
}

/**
 * Whether a setting takes setuid programs their rights, such as sudo's. The manager of a user needs a user namespace
 * for each namespace, in which root is nobody, and NoNewPrivileges= for each filter, as an older PID 1 does too.
 */
export function endsSetuid(facts: Facts, directive: Directive): boolean {
  const { ofUser, processes } = facts
  const by = enforcedBy(directive)
  const filters = by === 'filter' || directive.filterToo === true
  if (ofUser === undefined ? !(filters && bringsWithFilters(facts)) : by === undefined) return false
  const already = processes.filter((one) => one.noNewPrivileges || one.ownNamespaces.includes('user'))
  return processes.length === 0 || already.length < processes.length
}
