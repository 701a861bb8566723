import type { Stage, StageOrAll } from '../../catalog/common/types.ts'

/**
 * What a service is now. waiting: a socket or timer of it is active and starts it; exited: active without a process;
 * changing: it starts or stops; template: instances are made of it, and only those run.
 */
export const SERVICE_STATES = [
  'running',
  'exited',
  'changing',
  'failed',
  'waiting',
  'stopped',
  'template',
] as const
export type ServiceState = (typeof SERVICE_STATES)[number]

/** An address that clients can reach. `transport` raw: it sees packets of a whole interface or protocol. */
export interface Listening {
  transport: 'tcp' | 'udp' | 'raw'
  address: string
  /** 0 where there is none. */
  port: number
  /** A socket unit holds it. */
  bySocketUnit?: true
}

/** How the network reaches a service. */
export interface NetworkReach {
  /** Beyond loopback. */
  listens: Listening[]
  /** It listens on loopback or a Unix socket. */
  local: boolean
}

/** What hardenctl keeps for a unit. */
export interface KeptSummary {
  stages: StageOrAll[]
  /** ISO 8601, of the newest stage. */
  since: string
  inForce: boolean
}

/** What a walk would come to, by the facts that can be seen without a restart. Nothing of it is proven. */
export interface Prediction {
  /** Exposure ×10 with all that would be recommended. */
  exposure: number
  /** Exposure ×10 after each stage. */
  curve: { stage: Stage; exposure: number }[]
  /** Rows that would be left to the person. */
  left: number
}

/** Why a walk would be refused, and what to do about it. */
export interface Obstacle {
  reason: string
  next: string
}

/** One service of the host; what is undefined is not known yet, or can't be. */
export interface ServiceRow {
  unit: string
  description: string
  state: ServiceState
  /** systemd.service(5), Type=. */
  type: string
  /** Socket, timer and path units that start it. */
  triggeredBy: string[]
  /** ×10, as systemd-analyze counts. */
  exposure?: number
  /** ×10, without the checks that were accepted; absent where none was. */
  counted?: number
  /** "root", a name, or "dynamic". */
  account?: string
  network?: NetworkReach
  kept?: KeptSummary
  obstacle?: Obstacle
  /** Units that each restart of the walk would restart too. */
  drags?: string[]
  prediction?: Prediction
  /** Nothing more is found out about it. */
  complete: boolean
}

/** Exposure ×10 that a walk would take away, predicted; undefined where that is not known. */
export function winOf({ exposure, prediction }: ServiceRow): number | undefined {
  if (exposure === undefined || prediction === undefined) return undefined
  return Math.max(0, exposure - prediction.exposure)
}

/** A service that the network reaches is worth twice as much. */
const NETWORK_FACTOR = 2
const PLACES: Record<ServiceState, number> = {
  running: 0,
  failed: 1,
  changing: 1,
  exited: 2,
  waiting: 3,
  stopped: 4,
  template: 5,
}

function worthOf(row: ServiceRow): number {
  if (row.kept?.inForce === false) return Number.MAX_SAFE_INTEGER
  // Until the walk's end is predicted, what can be lost stands for what can be won.
  const win = row.obstacle === undefined ? (winOf(row) ?? row.exposure ?? 0) : 0
  return win * ((row.network?.listens.length ?? 0) > 0 ? NETWORK_FACTOR : 1)
}

/** For sort(): running services first, and among them those that are most worth a walk. */
export function byWorth(a: ServiceRow, b: ServiceRow): number {
  return (
    PLACES[a.state] - PLACES[b.state] ||
    worthOf(b) - worthOf(a) ||
    (b.exposure ?? 0) - (a.exposure ?? 0) ||
    (a.unit < b.unit ? -1 : 1)
  )
}
