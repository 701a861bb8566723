import type { Assignment, NewAccount, OwnershipWish, StageOrAll } from '../../catalog/common/types.ts'
import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Account } from '../../observe/facts.ts'
import { JOB_LIMIT_MS } from '../../systemd/manager/control.ts'
import type { DropInPart } from '../../systemd/settings/drop-in.ts'
import type { Baseline } from '../health/baseline.ts'
import type { HealthReport } from '../health/health.ts'
import type { Reason } from '../health/judge.ts'
import type { UnitSnapshot } from '../health/unit-snapshot.ts'
import type { OwnershipChange, OwnershipRecord } from './ownership.ts'
import type { StepListener } from './steps.ts'

/** Hash by path of each file that a unit is made of. */
export type UnitFiles = Readonly<Record<string, string>>

/** The wanted change: a set of assignments, and files that get another owner for them. */
export interface Change {
  assignments: readonly Assignment[]
  ownership: readonly OwnershipWish[]
  /** Created first and never removed, since it may own files. */
  account?: NewAccount
  /** Kept settings are taken back: the assignments are all that stays, and these files go back to their owners. */
  reduces?: { records: readonly OwnershipRecord[] }
}

/** A trial as stored: enough to keep it, and to know after a crash what it was. */
export interface Trial {
  token: string
  unit: string
  stage: StageOrAll
  assignments: readonly Assignment[]
  records: readonly OwnershipRecord[]
  changes: readonly OwnershipChange[]
  /** Folders for unit files that did not exist before. */
  foldersMade: readonly string[]
  /** Invocation and processes before the restart. A trial that an older hardenctl stored knows no daemons. */
  before: Pick<UnitSnapshot, 'invocation' | 'processes'> & { daemons?: UnitSnapshot['daemons'] | undefined }
  /** Epoch milliseconds of the restart. */
  since: number
  /** The assignments take the place of all that is kept, which has more of them. */
  reduces?: true | undefined
  /** The unit's files as they were when it began. */
  files?: UnitFiles | undefined
}

export interface TrialContext {
  host: Host
  unit: string
  baseline: Baseline
  /** "@group" → system calls, to compare filters. */
  groups: Record<string, string[]>
  /** The expected kept drop-in before a trial begins; undefined if unknown. */
  keptBefore?: readonly DropInPart[]
  accounts: readonly Account[]
  executables: readonly string[]
  /** A trace showed all programs that the unit runs; they stand among the executables. */
  allPrograms?: boolean
  /** Files that each start writes unhardened, as far as a clone showed. */
  files?: readonly string[]
  /** Seconds after which PID 1 undoes the trial by itself. */
  deadManSeconds: number
  /** What the unit has left behind on the host, as marksOf() writes it; for a oneshot in a clone. */
  left?: () => Promise<readonly string[]>
  /** Keeps the trial on disk before anything of the service is touched; undefined forgets it. */
  remember(trial: Trial | undefined): Promise<void>
  tell: StepListener
  /** In a clone of a service that stops slowly: an undo does not wait for its stop. */
  isKilled?: boolean
  /** In a clone: a oneshot is not run, as on the live host. */
  waits?: boolean
  /** In a clone: the restart does not wait for the stop of what ran before, which is played elsewhere. */
  isAbrupt?: boolean
  signal?: AbortSignal
}

/** A change that is in force, and proven healthy. */
export interface Passed {
  healthy: true
  trial: Trial
  report: HealthReport
  /** What is other than before, though no check fails; a line each. Not looked for in a clone. */
  oddities: readonly string[]
}

/** A change that broke the service, and was undone. */
export interface Failed {
  healthy: false
  trial: Trial
  reasons: Reason[]
  report: HealthReport | undefined
  undone: Undone
}

export type Attempt = Passed | Failed

export interface Undone {
  /** The undo ran and the service is proven to answer as before. */
  proven: boolean
  lines: string[]
}

export class TrialError extends ExpectedError {
  override name = 'TrialError'
}

/** systemd did not take lines of the trial; `keys` are the settings that they were for. */
export class IgnoredSettingsError extends TrialError {
  override name = 'IgnoredSettingsError'
  readonly keys: readonly string[]
  constructor(message: string, keys: readonly string[]) {
    super(message)
    this.keys = keys
  }
}

/**
 * How long a start may take: several times what the last one took, within what PID 1 itself allows. It allows a oneshot
 * any time: systemd.service(5), TimeoutStartSec=.
 */
export function startLimitMs(baseline: Baseline): number {
  if (baseline.oneshot !== undefined) return Math.max(30_000, baseline.startMs * 6)
  return Math.min(JOB_LIMIT_MS, Math.max(10_000, baseline.startMs * 4 + 5000))
}
