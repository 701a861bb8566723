import type { OwnershipWish, Stage, StageOrAll } from '../../catalog/common/types.ts'
import type { Manager } from '../../host/manager.ts'
import type { News } from '../../observe/trace/logged-calls.ts'
import type { Intent } from './intent.ts'
import type { CheckRow, Proof, Relaxation, Row, StepRow } from './rows.ts'

/**
 * Everything a screen may know, and everything a person may want. The UI and the unattended walk both read a
 * WalkState and send Intents; neither decides anything.
 */
export interface WalkState {
  unit: string
  /** It is a unit of the manager of a user, who walks it without root and so without clones. */
  ofUser?: true
  /** "Apache HTTP Server" */
  description: string
  systemd: number
  /** Exposure ×10 as systemd-analyze counts (92 = 9.2), before the first change; undefined until known. */
  stock?: number
  /** Exposure ×10 now in force. */
  now?: number
  history: StageResult[]
  phase: Phase
  /** Nobody has read on this host yet what a walk does; it goes on meanwhile as far as it needs no answer. */
  introducing?: true
  /** Set while Ctrl-C or a failure is being undone: one line that says what. */
  stopping?: string
  /** The last words after that: the result. */
  stopped?: string
  /** The walk is over: one line that says what is kept and what to type next. */
  parting?: string
  /** Which machine the words on the screen speak of. */
  target: 'live' | 'rehearsal'
}

export type Phase =
  /** `notes`: what a person should know of it, in sentences. */
  | { at: 'looking'; what: string; notes?: readonly string[] }
  | { at: 'refused'; reason: string; next: string }
  | { at: 'question'; id: QuestionId; text: string[]; yes: string; no: string }
  | {
      at: 'baseline'
      checks: CheckRow[]
      /** What a person should know of the checks, in sentences. */
      notes?: string[]
      measuring: boolean
      /** Each ticked check was measured and holds: later checks compare with these answers. */
      measured?: true
      problem?: string
      /** When the live service restarts; undefined where no clone may be made, so that there is no choice. */
      restarts?: Restarts
    }
  | StagePhase
  | {
      at: 'confirm'
      /** 'all': the five stages at once, rehearsed before, on the live service. */
      stage: StageOrAll
      dropIn: string
      ownership: OwnershipWish[]
      /** What the clones said of exactly this by now; 'none' where nothing is rehearsed. */
      rehearsal: Proof
      /** 'rehearsal': it is applied in the clone that stands in for the host until the one restart at the end. */
      target: WalkState['target']
      warnings: string[]
      /** The live unit is not started for it: it waits for the unit's own next start. */
      waits?: true
    }
  | LearningPhase
  | TrialPhase
  /** Proven: kept unless `deadline` (epoch ms) passes without an answer. */
  | {
      at: 'keep'
      stage: StageOrAll
      deadline: number
      before: number
      after: number
      proof: string[]
      /** What is other than before, though no check fails. */
      warnings?: readonly string[]
      /** The service lets people log in to the machine: kept only after a new login, or if the person insists. */
      login?: LoginProof
      /** Why there is no more time, after it was asked for: one sentence; '' after it was given. */
      note?: string
    }
  | FailedPhase
  | { at: 'done'; summary: Summary }

/** Steps are being done on the machine that the change is applied to. */
export type TrialPhase = { at: 'trial'; steps: StepRow[] } & (
  | {
      /** A change is in force but not proven yet. */
      doing: 'try'
      stage: StageOrAll | 'learning'
      /** When PID 1 undoes it by itself, epoch ms; absent in a clone, which goes with it. */
      deadline?: number
      search?: Search
    }
  /** Carries out a decision: a change is kept or undone, or the last check runs. */
  | { doing: 'finish'; stage: StageOrAll | 'learning' | 'final' }
)

/** What a yes or a no is asked for. */
export type QuestionId =
  | 'propagation'
  | 'resume'
  | 'companions'
  | 'restart-breaks'
  | 'learn-live'
  | 'run-now'
  | 'save-checks'

export interface LoginProof {
  /** Name of the process that lets people in. */
  by: string
  /** The newest login since the service was restarted; `at` is epoch ms. */
  seen?: { user: string; at: number }
}

export interface StagePhase {
  at: 'stage'
  stage: Stage
  rows: Row[]
  /** Lines that this stage shows besides its rows: capability sets before and after, what modes a umask gives. */
  notes: string[]
  /** Exposure ×10 in force, and as it would be with the ticked rows. */
  before: number
  predicted: number
  /** What the clones say of the ticked rows as a whole. */
  set: Proof
  /** Something of this stage is still being proven. */
  proving: boolean
  /** hardenctl can learn from the traffic of the live service. */
  learnable?: true
  /** What came of that: one sentence. */
  learnedLive?: string
}

/** The live service works as usual, and hardenctl records new facts. */
export interface LearningPhase {
  at: 'learning'
  /** Epoch ms. */
  since: number
  /** Ends by itself then; without it, when the person says so. */
  until?: number
  /** Why no system calls are logged, so that nothing was restarted; absent where they are. */
  noCalls?: string
  news: News
  /** Records of calls were lost, or may have been. */
  lost: boolean
}

/** After each stage that is kept, or once at the end after all were rehearsed in a clone. */
export type Restarts = 'each stage' | 'once'

/** The search on the live service for the row that breaks it: which part of the stage is on trial. */
interface Search {
  trial: number
  /** Trials that it takes at most. */
  most: number
  /** The directives on trial now, of so many. */
  rows: string[]
  of: number
}

export interface FailedPhase {
  at: 'failed'
  stage: StageOrAll | 'final'
  /** One line. */
  reason: string
  /** The few journal lines that matter. */
  journal: string[]
  /** What was rolled back, and the proof that it was. */
  undone: string[]
  /** Empty when nothing is suspected. */
  relaxations: Relaxation[]
  /** It broke only in the rehearsal: the person may try it on the live service anyway. */
  mayInsist: boolean
  /** It broke on the live service: trials that a search for the row takes at most, where there are several. */
  maySearch?: number
}

export interface StageResult {
  /** What is other than before, though it was kept. */
  warnings?: readonly string[]
  stage: StageOrAll
  /** rehearsed: kept in the clone that stands in for the host, and not live yet. */
  outcome: 'kept' | 'rehearsed' | 'skipped' | 'nothing'
  /**
   * Why it is skipped: the command line leaves it out, or it was to be kept and did not come to it. Absent where the
   * person left it, or nothing in it is taken by itself.
   */
  skippedAs?: 'unasked' | 'missed'
  before: number
  after: number
  /** What the command line asked for and is not kept, each with the reason. */
  leftOut?: string[]
  /** Directives kept, as they stand in the drop-in: "NoNewPrivileges=yes". */
  kept: string[]
  note?: string
}

export interface Summary {
  stock: number
  final: number
  /** Label and exposure ×10 after each stage. */
  curve: { label: string; exposure: number }[]
  /** Path and text of what was written; empty text when nothing was kept. */
  dropInPath: string
  dropIn: string
  undo: string
  notes: string[]
  healthy: boolean
  /** Present for a oneshot: it ran with all that is kept, or it will do so at its own time. */
  oneshot?: 'ran' | 'waits'
  /** Present for a service that was stopped, and was not started with what is kept. */
  stopped?: true
  /** Something asked or used the service; otherwise healthy means only that it runs and listens as before. */
  asked: boolean
}

export interface Session {
  state(): WalkState
  /** Calls `listener` after every change; returns what ends it. */
  subscribe(listener: () => void): () => void
  send(intent: Intent): void
  /** Settles when the walk is over, with the exit code. */
  readonly finished: Promise<number>
}

export function initialState(unit: string, manager: Manager['kind'] = 'system'): WalkState {
  return {
    unit,
    ...(manager === 'user' ? { ofUser: true } : {}),
    description: '',
    systemd: 0,
    history: [],
    phase: { at: 'looking', what: 'Looking at the service' },
    target: 'live',
  }
}

/** The settings that a stage kept, each once: a list may stand in several lines, the first of which empties it. */
export function keysKept({ kept }: StageResult): Set<string> {
  return new Set(kept.map((line) => line.split('=')[0] ?? ''))
}
