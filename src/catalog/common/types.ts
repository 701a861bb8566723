import type { Facts } from '../../observe/facts.ts'
import type { LearnedAct } from '../../observe/trace/learned.ts'
import type { Assignment } from '../../systemd/settings/assignment.ts'

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

/** A file or directory that is handed to another owner. Recorded with what it was before it is touched. */
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

/**
 * One thing that can be hardened: an entry of data. Adding one touches the stage's file and nothing else: what a failed
 * trial is read by stands here too.
 */
export interface Directive {
  key: string
  stage: Stage
  /** First systemd release that knows it (systemd.exec(5), "Added in version"). */
  since: number
  /** What it does, one or two sentences. */
  what: string
  /** What could break, one or two sentences. */
  breaks: string
  /** Weight it takes from the exposure is computed, not written; this says in words what it wins. */
  wins: string
  /** It puts the service into a mount namespace of its own: what it mounts there nobody else sees. */
  mountNamespace?: true
  /** Its row would only say that all is well, which is nearly always so: shown when there is something to do. */
  shownWhenDue?: true
  /** What the kernel refuses under it, as a trace names it. */
  forbids?: LearnedAct['kind']
  /** Files that it hides or closes, and what helps a service that needs one: to leave it out, or a looser value. */
  hides?: { paths: RegExp; remedy: 'drop' | 'step-down' }
  /** How a failure looks that it caused; where nothing is given, only trying without it finds out. */
  failsWith?: FailureSigns
  propose(facts: Facts): Proposed | NotProposed
}

/** Each sign alone makes its directive a suspect, where the trial set it. */
interface FailureSigns {
  /** A line of the journal. */
  says?: RegExp
  /** Signals that end the main process (signal(7)). */
  signals?: readonly number[]
  /** systemd's own exit statuses, from 200 on: systemd.exec(5), "Process Exit Codes". */
  exits?: readonly number[]
}

export interface Proposed {
  kind: 'propose'
  assignments: Assignment[]
  /** Value for a list row, short. */
  value: string
  /** What was seen that makes it safe: one sentence each. */
  evidence: string[]
  /** Ticked at the start. */
  recommended: boolean
  /** Why it is not recommended though possible. */
  caution?: string
  /** A trial in a clone can settle the caution: ticked once it held there. */
  tickIfProven?: true
  ownership?: OwnershipWish[]
  /** Made before it is tried, and left behind by an undo, since files may be its. */
  account?: NewAccount
  /**
   * Tighter values first, `value` among them; each a whole replacement of `assignments`. A rung above `value` is one
   * that a clone can judge, and none is as loose as what is in force.
   */
  ladder?: { value: string; assignments: Assignment[] }[]
  /** Another way to the same end, chosen by the person only; going back is the other way's own `other`. */
  other?: Proposed
  /** Parts that may be more than it needs, to be tried in this order: squeezed() of squeeze.ts takes one away. */
  squeezes?: Squeeze[]
}

/**
 * One part of a proposal that can go without the others: each is tried alone, on top of those that held before. Only
 * what a service uses while it starts, reloads, answers and stops, or never: a rare use would be found too late.
 */
export interface Squeeze {
  /** What goes: "CAP_KILL", "AF_NETLINK", "@keyring", "/run". */
  label: string
  /** The setting that becomes tighter. */
  key: string
  how: 'take-out' | 'deny'
  /** As the setting's lines have it. */
  word: string
}

/** in-force: already so, not written again. unfit: the facts speak against it. unknown: the systemd is too old. */
export interface NotProposed {
  kind: 'in-force' | 'unfit' | 'unknown'
  value?: string
  why: string
}
