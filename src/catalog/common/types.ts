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

/** What a service that broke was missing: plain data, so that it can be shown, stored and applied. */
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

/** One thing that speaks for a value or against a tighter one. `text`, a sentence, is for the person alone. */
export type Evidence =
  /** Seen of the service. `of`: the part of the value that it speaks for, as Squeeze.word has it; it goes with it. */
  | { kind: 'seen'; text: string; of?: string }
  /** What came of a trial of this value or of another. */
  | { kind: 'tried'; text: string }

/** One value of a directive, and the lines that it stands for. valueText() of ladder.ts puts it into words. */
export interface Rung {
  assignments: Assignment[]
  /** A few words for a row, for the person alone. */
  value: string
  /** Groups and calls that it leaves out of what the words name: "@privileged". */
  without?: readonly string[]
  /** Paths that it closes to writing, though by the words they would be open. */
  readOnly?: readonly string[]
  /** It lets through more than the words name, since trials showed that it is needed. */
  relaxed?: true
}

/** Tighter values first. */
export interface Ladder {
  rungs: readonly Rung[]
  /** Index of the rung that the proposal stands on; undefined for a value that was relaxed, which stands on none. */
  at?: number
}

/** A value, and why it is proposed. */
export interface Proposed extends Rung {
  kind: 'propose'
  /** What makes it safe, the most telling first. */
  evidence: readonly Evidence[]
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
   * The proposed value is one of the rungs. Those above it are ones that a clone can judge, and none is as loose as
   * what is in force.
   */
  ladder?: Ladder
  /** What it may be short of, the likeliest first: given back by trials where it breaks and nothing tells what it lacks. */
  mayLack?: readonly Remedy[]
  /** What trials showed that it needs, and that it got by now. */
  relaxedBy?: readonly Remedy[]
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
