import type { Facts } from '../../observe/facts.ts'
import type { LearnedAct } from '../../observe/trace/learned.ts'
import type { Assignment } from '../../systemd/settings/assignment.ts'
import type { Possibility, Use } from '../reach/uses.ts'
import type { Values } from './values.ts'

export const STAGES = ['capabilities', 'user', 'filesystem', 'system', 'syscalls'] as const
export type Stage = (typeof STAGES)[number]

export const STAGE_TITLES: Record<Stage, string> = {
  capabilities: 'Capabilities',
  user: 'User switch',
  filesystem: 'Filesystem',
  system: 'System restrictions',
  syscalls: 'System calls',
}

/** One stage, or all of them in one restart. */
export type StageOrAll = Stage | 'all'

export function titleOf(stage: StageOrAll): string {
  return stage === 'all' ? 'All stages' : STAGE_TITLES[stage]
}

export type { Assignment } from '../../systemd/settings/assignment.ts'

/** A file or directory that gets another owner. Its owner and mode are recorded first. */
export interface OwnershipWish {
  path: string
  /** Names of accounts; the mode stays as it is unless given. */
  user: string
  group?: string
  mode?: number
  why: string
}

/** A system account and a group of its name, as systemd-sysusers(8) makes them. */
export interface NewAccount {
  name: string
  id: number
}

/** A filter of system calls, or a namespace of the service's own by its name in /proc/PID/ns. */
export type Enforcer = 'filter' | 'mnt' | 'user' | 'uts' | 'ipc'

/**
 * One thing that can be hardened, as an entry of data. A new one touches only the file of its stage: the signs of a
 * failed trial are here too.
 */
export interface Directive {
  key: string
  /** Values that a person may ask for. */
  takes: Values
  stage: Stage
  /** First systemd release that knows it (systemd.exec(5), "Added in version"). */
  since: number
  /** Its effect, in one or two sentences. */
  what: string
  /** What could break, one or two sentences. */
  breaks: string
  /** The gain in words. The gain in exposure is computed. */
  wins: string
  /**
   * Settings that it writes beside its own, and the values of lines that somebody else made; none for a setting of which
   * only the lines of this host's own proposal count. An entry for its own setting is instead of `takes`.
   */
  writes?: Readonly<Record<string, Values | 'own lines'>>
  /** It gives the service its own mount namespace, whose mounts nobody outside sees. */
  mountNamespace?: true
  /** What else /proc shows at work where the kernel enforces it: systemd.exec(5). */
  enforcer?: Exclude<Enforcer, 'mnt'>
  /** It loads a filter of system calls besides. */
  filterToo?: true
  /** Why the manager of a user cannot enforce it, as a sentence. */
  needsRoot?: string
  /** Its row is nearly always in force, so it is shown only when there is something to change. */
  shownWhenDue?: true
  /** Its row is never proposed, since others bring it along: it is shown only where it is in force. */
  shownWhenInForce?: true
  /** Uses that it takes away: it is not taken by itself where one is possible and was not played. */
  denies?: readonly Use[]
  /** Whether the value that is proposed leaves this possible use open. */
  leavesOpen?(proposed: Proposed, possible: Possibility): boolean
  /** The act that the kernel refuses under it, as a trace names it. */
  forbids?: LearnedAct['kind']
  /** Capabilities that it takes out of the bounding set by itself, in lower case: systemd.exec(5). */
  drops?: readonly string[]
  /** Files that it hides or closes. `remedy` helps a service that needs one: drop the row, or use a looser value. */
  hides?: { paths: RegExp; remedy: 'drop' | 'step-down' }
  /** How a failure looks that it caused. Without this, only a trial without the row can tell. */
  failsWith?: FailureSigns
  /** The setting that brings it along, so that it is in force though no file of the unit says it. */
  impliedBy?: string
  /** Why it is in effect though the unit does not show it, as a sentence: to write it denies nothing new. */
  inEffect?(facts: Facts): string | undefined
  propose(facts: Facts): Proposed | NotProposed
}

/** If the trial set the directive, one sign is enough to suspect it. */
interface FailureSigns {
  /** A line of the journal. */
  says?: RegExp
  /** Signals that end the main process (signal(7)). */
  signals?: readonly number[]
  /** systemd's own exit statuses, from 200 on: systemd.exec(5), "Process Exit Codes". */
  exits?: readonly number[]
}

/** The right that a broken service was missing, as plain data that can be shown, stored and applied. */
export type Remedy =
  | { kind: 'system-call'; name: string; by: string }
  /** Let the call fail with EPERM instead of killing the caller, who would get EPERM without the filter too. */
  | { kind: 'refuse-softly'; name: string; by: string }
  | { kind: 'capability'; name: string }
  | { kind: 'address-family'; name: string }
  | { kind: 'read-write-path'; path: string }
  | { kind: 'exec-path'; path: string }
  | { kind: 'optional-path'; path: string }
  /** The next looser value of a directive's ladder. */
  | { kind: 'step-down'; key: string }
  | { kind: 'drop'; key: string }

/** A reason for a value or against a tighter one. `text` is a sentence for the person; no code reads it. */
export type Evidence =
  /** An observation. `of`: the part of the value that it supports, as in Squeeze.word; it goes when that part goes. */
  | { kind: 'seen'; text: string; of?: string }
  /** The result of a trial of this value or another. */
  | { kind: 'tried'; text: string; trial?: TriedValue }
  /** The person wants this value. */
  | { kind: 'asked'; text: string }

/** A value that a clone tried, as data. */
export interface TriedValue {
  /** As valueText() has it. */
  value: string
  holds: boolean
  /** How it broke. */
  reason?: string
  /** What was given back, since it broke. */
  remedy?: Remedy
}

/** One value of a directive and its lines. valueText() of ladder.ts puts it into words. */
export interface Rung {
  assignments: Assignment[]
  /** A few words for a row, for the person alone. */
  value: string
  /** Groups and calls that are removed from the value: "@privileged". */
  without?: readonly string[]
  /** Paths that are read-only, although the value alone would leave them writable. */
  readOnly?: readonly string[]
  /** It allows more than the value says, because trials showed the need. */
  relaxed?: true
}

/** Tighter values first. */
export interface Ladder {
  rungs: readonly Rung[]
  /** Index of the present rung; undefined for a relaxed value, which is not on the ladder. */
  at?: number
}

/** A value, and why it is proposed. */
export interface Proposed extends Rung {
  kind: 'propose'
  /** Reasons why it is safe, the strongest first. */
  evidence: readonly Evidence[]
  /** Ticked at the start. */
  recommended: boolean
  /** Why it is possible, but not recommended. */
  caution?: string
  /** It denies a use that is possible and was not played, so that a clone's verdict says little: why. */
  notReached?: string
  /** A trial in a clone can refute the caution; then the row gets ticked. */
  tickIfProven?: true
  /** Somebody waits for its proof, ticked or not, and whether a person sees the row or not. */
  isTried?: true
  ownership?: OwnershipWish[]
  /** The value is the person's: where it breaks the row is left out, and nothing else is tried in its place. */
  isAsked?: true
  /** Created before the trial. An undo leaves it, since it may own files. */
  account?: NewAccount
  /**
   * The rungs contain the proposed value. A clone can judge those above it, and none is as loose as the value in force.
   */
  ladder?: Ladder
  /** What it may be short of, the likeliest first: given back by trials where it breaks and nothing tells what it lacks. */
  mayLack?: readonly Remedy[]
  /** Remedies that trials showed and that are already applied. */
  relaxedBy?: readonly Remedy[]
  /** An alternative that only the person chooses. The alternative's own `other` leads back. */
  other?: Proposed
  /** Parts that may be unnecessary, in the order of trying: squeezed() of squeeze.ts removes one. */
  squeezes?: Squeeze[]
}

/**
 * One part of a proposal that can be removed alone. Each is tried on top of the removals that held before. Only for
 * things that a service uses when it starts, reloads, answers or stops, or never: a rare use would be found too late.
 */
export interface Squeeze {
  /** The removed part: "CAP_KILL", "AF_NETLINK", "@keyring", "/run". */
  label: string
  /** The setting that becomes tighter. */
  key: string
  how: 'take-out' | 'deny'
  /** The word in the setting's lines. */
  word: string
}

/** in-force: already set, and not written again. unfit: the facts forbid it. unknown: this systemd is too old. */
export interface NotProposed {
  kind: 'in-force' | 'unfit' | 'unknown'
  value?: string
  why: string
}
