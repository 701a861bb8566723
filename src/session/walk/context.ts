import type { Stage } from '../../catalog/common/types.ts'
import type { Host } from '../../host/host.ts'
import type { Learned } from '../../observe/trace/learned.ts'
import type { LearnedFacts } from '../../observe/trace/learned-facts.ts'
import type { DropInPart } from '../../systemd/settings/drop-in.ts'
import type { Change } from '../../trial/transaction/trial.ts'
import type { StateChange, StoredState } from '../store/store.ts'
import type { Subject } from './preflight.ts'
import type { Ask } from './questions.ts'
import type { WalkEvent } from './reducer.ts'

export interface WalkOptions {
  host: Host
  /** As given by the person. */
  unit: string
  /** Seconds for the answer to Keep? */
  keepSeconds: number
  /** Seconds for which the service is watched at the end of the walk. */
  watchSeconds: number
  /** The stages that are asked for; the walk passes the others. */
  stages: readonly Stage[]
  /** Every stage is proven in a clone of the host before the live service is touched. */
  rehearse: boolean
  /** The live service restarts a single time, after all stages were rehearsed; the wizard may choose otherwise. */
  once: boolean
  /** Seconds of live learning before the system calls; undefined for none unless the person asks. */
  learnLive?: number
  /** System calls are filtered by the exact list of those seen, not by groups. */
  exactCalls: boolean
  /** Checks given on the command line, as text. */
  checks: readonly string[]
  /** Commands that use the service, played beside the checks, as text. */
  exercises: readonly string[]
}

/** Whether clones of this host can prove anything. */
export type Rehearsing =
  /** `companions`: local units that the service talks to, started in each clone too. */
  | { possible: true; companions: readonly string[] }
  /** `why`: one line. */
  | { possible: false; why: string }

/** What following the service with strace in a clone told. */
export interface Learning {
  facts?: LearnedFacts
  /** The last trace of this walk, whole: what fails without any trial is no sign of one. */
  trace?: Pick<Learned, 'failed' | 'files'>
  /** The stages that were kept when it was followed last. */
  keptThen?: number
  /** Why it could not be followed this time: one line. */
  why?: string
  /** What came of learning from the live service's traffic, in sentences. */
  live?: readonly string[]
}

/** Stages that were kept in the clone that stands in for the host, and that are not live yet. */
export interface Ahead {
  change: Change
  parts: readonly DropInPart[]
}

/** What every part of the walk works with. */
export interface WalkContext {
  /** The machine that the stages land on: the live host, or a clone that stands in for it until the end. */
  host: Host
  /** The machine that clones are made of. */
  live: Host
  /** Undefined where rehearsal is not wanted. */
  rehearsing: Rehearsing | undefined
  learning: Learning
  /** What a clone must be given first, to be as the host that the stages land on. */
  ahead: Ahead | undefined
  subject: Subject
  options: WalkOptions
  ask: Ask
  /** Ctrl-C. */
  signal: AbortSignal
  dispatch(event: WalkEvent): void
  /** When the stages were kept that were there before this walk: ISO 8601. */
  keptEarlier: ReadonlySet<string>
  /** The state on disk, as last saved. */
  stored: StoredState
  save(change: StateChange): Promise<void>
}

/** Thrown through the walk by Ctrl-C. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}
