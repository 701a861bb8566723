import * as z from 'zod/mini'
import { STAGES } from '../../catalog/common/types.ts'
import { formatScore, rating } from '../../systemd/exposure/exposure.ts'
import type { Accepted } from '../overview/accepted.ts'
import { GUIDE_ACTIONS, type GuideRow } from '../overview/guide.ts'
import { SERVICE_STATES, type ServiceRow, winOf } from '../overview/row.ts'

const exposure = z.number().check(z.gte(0), z.lte(10))
const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))
const check = z.strictObject({
  name: z.string(),
  json_field: z.nullable(z.string()),
  description: z.string(),
  passed: z.nullable(z.boolean()),
  exposure,
  hardenctl: z.strictObject({ action: z.enum(GUIDE_ACTIONS), line: z.nullable(z.string()), why: z.string() }),
  accepted: z.nullable(z.strictObject({ reason: z.string(), until: date })),
})
const listening = z.strictObject({
  transport: z.enum(['tcp', 'udp', 'raw']),
  address: z.string(),
  port: z.int().check(z.gte(0), z.lte(65535)),
  socket_unit: z.boolean(),
})
const service = z.strictObject({
  unit: z.string(),
  description: z.string(),
  state: z.enum(SERVICE_STATES),
  type: z.string(),
  triggered_by: z.array(z.string()),
  /** As systemd-analyze counts; null for a template. */
  exposure: z.nullable(exposure),
  rating: z.nullable(z.string()),
  /** Without what root accepts; the threshold is held against it. */
  counted: z.nullable(exposure),
  account: z.nullable(z.string()),
  network: z.nullable(z.strictObject({ beyond_loopback: z.array(listening), local: z.boolean() })),
  kept: z.nullable(
    z.strictObject({ stages: z.array(z.enum([...STAGES, 'all'])), since: z.string(), in_force: z.boolean() }),
  ),
  obstacle: z.nullable(z.strictObject({ reason: z.string(), next: z.string() })),
  also_restarts: z.array(z.string()),
  /** What a walk would come to by what is seen now; nothing of it was tried. */
  prediction: z.nullable(
    z.strictObject({
      proven: z.literal(false),
      exposure,
      win: exposure,
      curve: z.array(z.strictObject({ stage: z.enum(STAGES), exposure })),
      left_to_you: z.int(),
    }),
  ),
  checks: z.optional(z.array(check)),
})

/** What `hardenctl audit --json` prints; published as audit.schema.json beside this file. */
export const auditSchema = z.strictObject({
  format: z.literal('hardenctl audit 1'),
  hardenctl: z.string(),
  systemd: z.int(),
  /** ISO 8601, UTC. */
  at: z.string(),
  threshold: z.nullable(z.int()),
  above_threshold: z.array(z.string()),
  services: z.array(service),
  expired: z.array(
    z.strictObject({
      unit: z.string(),
      check: z.string(),
      reason: z.string(),
      until: date,
      place: z.string(),
    }),
  ),
  problems: z.array(z.string()),
})

/** The schema in JSON Schema's own words (draft 2020-12). */
export function auditJsonSchema(): object {
  return z.toJSONSchema(auditSchema)
}

type AuditDocument = z.infer<typeof auditSchema>

/** All that an audit found. */
export interface Audit {
  hardenctl: string
  systemd: number
  at: Date
  rows: readonly ServiceRow[]
  /** By unit, for the units that were named. */
  guides: ReadonlyMap<string, readonly GuideRow[]>
  valid: readonly Accepted[]
  expired: readonly Accepted[]
  problems: readonly string[]
  /** Exposure ×10 that no service may exceed. */
  threshold?: number
}

/** Exposure ×10 that the threshold is held against. */
export function countedOf({ exposure: whole, counted }: ServiceRow): number | undefined {
  return counted ?? whole
}

/** Units whose exposure is above the threshold. */
export function aboveThreshold({ rows, threshold }: Audit): ServiceRow[] {
  if (threshold === undefined) return []
  return rows.filter((row) => (countedOf(row) ?? 0) > threshold)
}

function tenth(score: number): number {
  return score / 10
}

function orNull<From, To>(value: From | undefined, make: (value: From) => To): To | null {
  return value === undefined ? null : make(value)
}

function checkDocument(row: GuideRow): z.infer<typeof check> {
  return {
    name: row.name,
    json_field: row.jsonField ?? null,
    description: row.description,
    passed: row.passed ?? null,
    exposure: tenth(row.exposure),
    hardenctl: { action: row.action, line: row.line ?? null, why: row.why },
    accepted: row.accepted ?? null,
  }
}

function serviceDocument(row: ServiceRow, guide: readonly GuideRow[] | undefined): z.infer<typeof service> {
  const { prediction, network, kept } = row
  return {
    unit: row.unit,
    description: row.description,
    state: row.state,
    type: row.type,
    triggered_by: row.triggeredBy,
    exposure: orNull(row.exposure, tenth),
    rating: orNull(row.exposure, rating),
    counted: orNull(countedOf(row), tenth),
    account: row.account ?? null,
    network: orNull(network, ({ listens, local }) => ({
      beyond_loopback: listens.map(({ transport, address, port, bySocketUnit }) => ({
        transport,
        address,
        port,
        socket_unit: bySocketUnit === true,
      })),
      local,
    })),
    kept: orNull(kept, ({ stages, since, inForce }) => ({ stages, since, in_force: inForce })),
    obstacle: row.obstacle ?? null,
    also_restarts: row.drags ?? [],
    prediction: orNull(prediction, (found) => ({
      proven: false as const,
      exposure: tenth(found.exposure),
      win: tenth(winOf(row) ?? 0),
      curve: found.curve.map((point) => ({ stage: point.stage, exposure: tenth(point.exposure) })),
      left_to_you: found.left,
    })),
    ...(guide === undefined ? {} : { checks: guide.map(checkDocument) }),
  }
}

export function auditDocument(audit: Audit): AuditDocument {
  return {
    format: 'hardenctl audit 1',
    hardenctl: audit.hardenctl,
    systemd: audit.systemd,
    at: audit.at.toISOString(),
    threshold: audit.threshold ?? null,
    above_threshold: aboveThreshold(audit).map(({ unit }) => unit),
    services: audit.rows.map((row) => serviceDocument(row, audit.guides.get(row.unit))),
    expired: audit.expired.map(({ unit, check: field, reason, until, place }) => ({
      unit,
      check: field,
      reason,
      until,
      place,
    })),
    problems: [...audit.problems],
  }
}

/** "9.6 UNSAFE" */
export function ratedScore(score: number): string {
  return `${formatScore(score)} ${rating(score)}`
}
