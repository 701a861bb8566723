import type { Asked } from '../../catalog/common/asked.ts'
import type { Stage } from '../../catalog/common/types.ts'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts, Level } from '../../observe/facts.ts'
import type { Learning } from '../learning/learning.ts'
import type { Control } from '../proof/control.ts'
import type { StageWork } from '../stage/stage-work.ts'
import type { WalkStore } from '../store/walk-store.ts'
import type { PendingChange } from './pending-change.ts'
import type { Subject } from './preflight.ts'
import type { Ask } from './questions.ts'
import type { ReachLog } from './reach-log.ts'
import type { WalkEvent } from './reducer.ts'
import type { Stopwatch } from './timings.ts'

export interface WalkOptions {
  host: Host
  /** As given by the person. */
  unit: string
  /** Seconds for the answer to Keep? */
  keepSeconds: number
  /** Seconds for which the service is watched at the end of the walk. */
  watchSeconds: number
  /** The stages that are asked for, in the order of the walk; it passes the others. */
  stages: readonly Stage[]
  /** What is asked of single rows. */
  asked: Asked
  /** How much evidence a row wants to be taken by itself. */
  level: Level
  /** Every stage is proven in a clone of the host before the live service is touched. */
  rehearse: boolean
  /** The live service restarts a single time, after all stages were rehearsed; the wizard may choose otherwise. */
  once: boolean
  /** A oneshot runs once on the live host at the end; without it only if the person says so then. */
  runOnce: boolean
  /** Seconds of live learning before the system calls; undefined for none unless the person asks. */
  learnLive?: number
  /** System calls are filtered by the exact list of those seen, not by groups. */
  exactCalls: boolean
  /** Checks given on the command line, as text. */
  checks: readonly string[]
  /** Commands that use the service, played beside the checks, as text. */
  exercises: readonly string[]
  /** Checks and exercises that were given are saved for every later time, without a question. */
  saveChecks: boolean
}

/** Whether clones of this host can prove anything. */
export type Rehearsing =
  /** `companions`: local units that the service talks to, started in each clone too. */
  | { possible: true; companions: readonly string[]; control: Control }
  /** `why`: one line. */
  | { possible: false; why: string }

/**
 * The data that every part of the walk uses. Each changing part has an owner, and only the owner's methods change it.
 */
export interface WalkContext {
  /** The machine that the stages are applied to: the live host, or a clone that stands in for it until the end. */
  readonly host: Host
  /** The machine that clones are made of. */
  readonly live: Host
  /** Undefined where rehearsal is not wanted. */
  readonly rehearsing: Rehearsing | undefined
  readonly learning: Learning
  /** The change that a clone needs first to match the host of the stages; only if that host is a clone. */
  readonly pendingChange: PendingChange | undefined
  readonly store: WalkStore
  readonly reachLog: ReachLog
  readonly timings: Stopwatch
  /** A person sees the lists. */
  readonly isSeen: boolean
  readonly subject: Subject
  /** Of a stopped service: what it did in a clone where it was started. */
  readonly seen?: Facts
  readonly options: WalkOptions
  /** How a stage begins where its rows are given; absent: by what the catalog proposes. */
  readonly begin?: (stage: Stage, facts: Facts) => StageWork
  readonly ask: Ask
  /** Ctrl-C. */
  readonly signal: AbortSignal
  dispatch(event: WalkEvent): void
}

/** The same before it is known whether clones can prove anything here. */
export type WalkBeginning = Omit<WalkContext, 'rehearsing'>

/** At either time. */
export type AnyWalk = WalkBeginning & Partial<Pick<WalkContext, 'rehearsing'>>

/** Thrown through the walk by Ctrl-C. */
export class Interrupted extends ExpectedError {
  override name = 'Interrupted'
}
