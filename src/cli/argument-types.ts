import type { Stage } from '../catalog/common/types.ts'
import type { Rehearse } from '../session/plan/apply-procedure.ts'
import type { WalkOptions } from '../session/walk/context.ts'

/** Who is told what happens. */
export interface Told {
  /** A program, by one event a line; absent: a person. */
  json?: true
}

/** Whose unit is meant. */
export interface OfUser {
  /** That of the manager of whoever calls; absent: of PID 1. */
  user?: true
}

export interface AuditArguments {
  command: 'audit'
  /** As given; empty for all services. */
  units: readonly string[]
  format: 'table' | 'json' | 'sarif'
  /** File that gets the metrics. */
  metrics?: string
  /** Exposure ×10 that no service may exceed. */
  threshold?: number
}

export interface UndoArguments extends Told, OfUser {
  command: 'undo'
  unit: string
  /** The one stage to take back; all that is kept without it. */
  stage?: Stage
}

export interface PlanArguments {
  command: 'plan'
  /** File that gets the plan; absent: it is printed. */
  output?: string
  /** Of that file. */
  mode: number
  /** As for a walk with a single restart, which is left out. */
  walk: WalkArguments
}

export interface ExportArguments {
  command: 'export'
  /** A plan's file, or a unit of which something is kept. */
  of: { file: string } | { unit: string }
  form: 'drop-in' | 'html' | 'md' | 'ansible'
  /** File that gets it, or folder of a collection of Ansible; absent: it is printed. */
  output?: string
  /** Of that file. */
  mode: number
}

export interface UpstreamArguments {
  /** export --upstream */
  command: 'upstream'
  /** Plans of one unit, or a unit of which something is kept. */
  of: { files: readonly string[] } | { unit: string }
  /** File that gets it; absent: it is printed. */
  output?: string
  /** Of that file. */
  mode: number
}

export interface MergeArguments extends Told {
  command: 'merge'
  /** Two plans or more. */
  files: readonly string[]
  /** File that gets the merged plan; absent: it is printed. */
  output?: string
  /** Of that file. */
  mode: number
}

export interface TryArguments {
  command: 'try'
  /** A drop-in of somebody else's. */
  file: string
  /** File that gets what held, as a plan; absent: it is told alone. */
  output?: string
  /** Of that file. */
  mode: number
  /** As for a walk with a single restart, which is left out; its unit is the one to try on. */
  walk: WalkArguments
}

export interface ApplyArguments {
  command: 'apply'
  /** The plan. */
  file: string
  dryRun: boolean
  rehearse: Rehearse
  /** As for a walk; what it is about comes from the plan. */
  walk: WalkArguments
}

export interface WalkArguments extends Omit<WalkOptions, 'host' | 'asked'>, Told, OfUser {
  command: 'walk'
  yes: boolean
  /** Directives that are left as they are, as given. */
  skip: readonly string[]
  /** DIRECTIVE=VALUE, as given. */
  set: readonly string[]
  /** A table at the end tells where the time went. */
  timings: boolean
  /** Plain text and numbers in the place of screens. */
  plain: boolean
  /** The account that exercises run as which name none. */
  exerciseAs?: string
}
