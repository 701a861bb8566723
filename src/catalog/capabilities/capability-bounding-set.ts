import type { Facts, ProcessFacts } from '../../observe/facts.ts'
import { ALL_CAPABILITIES } from '../../systemd/settings/settings-values.ts'
import { seen } from '../common/evidence.ts'
import { few, inForce, list, proposed, unfit } from '../common/proposal.ts'
import {
  called,
  mainProcess,
  noProcess,
  opensSessions,
  sessionOpener,
  unprivileged,
} from '../common/roles.ts'
import { takingOut } from '../common/squeeze.ts'
import type { Assignment, Directive, NotProposed, Proposed, Remedy, Squeeze } from '../common/types.ts'
import { startsUnprivileged } from '../common/unit-settings.ts'
import { CAPABILITY_LIST } from '../common/values.ts'
import type { Possibility } from '../reach/uses.ts'
import { type Need, namesIn } from './need.ts'
import { boundingSet, canBeTried, capabilityNeeds } from './privileges.ts'

/** How capabilities are written in a unit and on a screen. */
export function capabilityWords(names: readonly string[]): string[] {
  return names.map((name) => name.toUpperCase()).sort()
}

function shown(names: readonly string[]): string {
  return names.length === 0 ? 'none' : capabilityWords(names).join(' ')
}

export function boundingSetLines(names: readonly string[]): Assignment[] {
  return list('CapabilityBoundingSet', capabilityWords(names))
}

/** The guessed capabilities: a trial may remove each of them. What was seen in use stays. */
function squeezes(facts: Facts, needs: readonly Need[]): Squeeze[] {
  return needs
    .filter((need) => canBeTried(facts, need))
    .map(({ capability }) => takingOut('CapabilityBoundingSet', capability.toUpperCase()))
}

/**
 * What services need without a sign of it, the likeliest first. What is missing of capabilities(7) changes the host
 * itself, and is given to nobody by trial and error.
 */
const OFTEN_NEEDED: readonly string[] =
  `dac_read_search dac_override chown fowner setuid setgid kill sys_ptrace sys_chroot sys_resource net_bind_service
  net_admin net_raw sys_nice setpcap fsetid ipc_lock audit_write mknod setfcap sys_tty_config ipc_owner lease sys_admin`
    .split(/\s+/)
    .map((name) => `cap_${name}`)

/** What goes and may be missed, each as what would give it back. */
function mayLack(present: readonly string[], kept: readonly string[]): Remedy[] {
  return OFTEN_NEEDED.filter((name) => present.includes(name) && !kept.includes(name)).map((name) => ({
    kind: 'capability',
    name: name.toUpperCase(),
  }))
}

function proposeBoundingSet(facts: Facts): Proposed | NotProposed {
  if (facts.processes.length === 0)
    return unfit('No process of the service was seen, so its needs are unknown.')
  const present = boundingSet(facts)
  const needs = capabilityNeeds(facts).filter(({ capability }) => present.includes(capability))
  const kept = needs.map(({ capability }) => capability)
  if (kept.length === present.length)
    return inForce('The bounding set holds nothing more than is needed.', shown(present))
  const session = sessionOpener(facts)
  const evidence = needs.map(({ capability, why }) => {
    const name = capability.toUpperCase()
    return seen(`${name}: ${why}`, name)
  })
  const dropped = present.filter((name) => !kept.includes(name)).length
  if (needs.length === 0) evidence.push(...noneNeeded(facts).map((text) => seen(text)))
  evidence.push(
    seen(`${dropped} of the ${present.length} capabilities that it may use now were not seen in use.`),
  )
  const possible = squeezes(facts, needs)
  return proposed(shown(kept), boundingSetLines(kept), evidence, {
    ...(session
      ? {
          caution: `${opensSessions(facts)}: hardenctl cannot see what people or jobs do in them.`,
        }
      : {}),
    ...(possible.length > 0 ? { squeezes: possible } : {}),
    mayLack: mayLack(present, kept),
  })
}

function noneNeeded(facts: Facts): string[] {
  if (startsUnprivileged(facts))
    return ['User= starts it without capabilities, and no process holds one in effect.']
  return noProcess(facts, 'change user, listen below port 1024 or hold a raw socket or such a device')
}

/** What its configuration names is provided for; what a script may do is not. */
function leavesCapabilities({ assignments }: Proposed, { use, from }: Possibility): boolean {
  if (from !== 'named' && from !== 'control') return false
  const kept = assignments.flatMap(({ value }) => value.split(' '))
  if (use === 'act-as-others') return kept.includes('CAP_SETUID') && kept.includes('CAP_SETGID')
  return use === 'past-permissions' && kept.some((name) => /^CAP_DAC_(?:OVERRIDE|READ_SEARCH)$/.test(name))
}

export const CAPABILITIES: Directive[] = [
  {
    key: 'CapabilityBoundingSet',
    takes: CAPABILITY_LIST,
    denies: ['act-as-others', 'past-permissions', 'mount', 'kernel-state', 'raw-sockets'],
    leavesOpen: leavesCapabilities,
    stage: 'capabilities',
    since: 21,
    what: "Root's power is split into capabilities. This is the list of those that the service and its children can ever have, even as root.",
    breaks:
      'Things that root may do fail with "Operation not permitted" or "Permission denied": reading the files of others, changing owners, binding low ports.',
    wins: 'An intruder who is root in the service cannot load modules, set the clock, trace other processes or configure the network.',
    failsWith: { exits: [213, 218] },
    propose: proposeBoundingSet,
  },
]

const SETS = ['inheritable', 'permitted', 'effective', 'bounding', 'ambient'] as const

function setLine(process: ProcessFacts): string {
  const parts = SETS.map((name) => `${name} ${abbreviated(process.capabilities[name])}`)
  return `${called(process)}: ${parts.join('; ')}`
}

function abbreviated(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  if (ALL_CAPABILITIES.every((name) => names.includes(name))) return `all ${names.length}`
  // An older kernel knows fewer capabilities; a set with this many is "all" too.
  if (names.length >= 37) return `all ${names.length}`
  const bare = names.map((name) => name.replace(/^cap_/, ''))
  return names.length > 12 ? `${names.length}: ${few(bare, 6)}` : bare.join(' ')
}

function fileCapabilityLines(facts: Facts): string[] {
  return facts.executables
    .filter(({ fileCapabilities }) => namesIn(fileCapabilities).length > 0)
    .map(
      ({ path, fileCapabilities }) =>
        `${path} carries the file capabilities ${fileCapabilities}. NoNewPrivileges=yes makes them ineffective; \`setcap -r ${path}\` removes them.`,
    )
}

/** The five sets of the master and of one worker of each user, and file capabilities (capabilities(7), getcap(8)). */
export function capabilityNotes(facts: Facts): string[] {
  const main = mainProcess(facts)
  const uids = new Set<number>()
  const workers = unprivileged(facts).filter(({ uid, isMain }) => {
    if (isMain || uids.has(uid.effective)) return false
    uids.add(uid.effective)
    return true
  })
  return [...(main ? [main] : []), ...workers].map(setLine).concat(fileCapabilityLines(facts))
}
