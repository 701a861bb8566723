import * as z from 'zod/mini'
import { STAGES } from '../../catalog/common/types.ts'
import { CALL_WORDS } from '../stage/call-words.ts'
import { OUTCOMES } from '../try/outcomes.ts'

const stageOrAll = z.enum([...STAGES, 'all'])
const exposure = z.number().check(z.gte(0), z.lte(10))
const text = z.string()
const texts = z.array(text)
const setting = z.strictObject({ directive: text, value: text })

/** The fields of every event; ISO 8601, UTC. */
const at = z.string()

const begin = z.strictObject({
  event: z.literal('begin'),
  at,
  format: z.literal('hardenctl events 1'),
  hardenctl: text,
  command: text,
  /** As given; null for all. */
  unit: z.nullable(text),
})

const subject = z.strictObject({
  event: z.literal('subject'),
  at,
  unit: text,
  description: text,
  systemd: z.int(),
})

/** The list of a stage, as it is proposed. */
const stage = z.strictObject({
  event: z.literal('stage'),
  at,
  stage: z.enum(STAGES),
  exposure,
  /** As it would be with the ticked rows. */
  predicted: exposure,
  rows: z.array(
    z.strictObject({
      directive: text,
      value: text,
      ticked: z.boolean(),
      /** Why it can't be ticked, or null. */
      unavailable: z.nullable(text),
      evidence: texts,
      /** Why it is not taken by itself, or what to mind. */
      caution: z.nullable(text),
    }),
  ),
})

/** A verdict of clones: on one row, or on all ticked rows where `directive` is null. */
const proof = z.strictObject({
  event: z.literal('proof'),
  at,
  stage: stageOrAll,
  directive: z.nullable(text),
  value: z.nullable(text),
  verdict: z.enum(['proven', 'breaks', 'unprovable']),
  reason: z.nullable(text),
})

/** A step of a trial. */
const trial = z.strictObject({
  event: z.literal('trial'),
  at,
  stage: z.enum([...STAGES, 'all', 'learning', 'final']),
  target: z.enum(['live', 'rehearsal']),
  step: text,
  state: z.enum(['running', 'done', 'failed']),
  ms: z.nullable(z.number()),
  detail: z.nullable(text),
})

const failure = z.strictObject({
  event: z.literal('failure'),
  at,
  stage: z.enum([...STAGES, 'all', 'final']),
  target: z.enum(['live', 'rehearsal']),
  reason: text,
  journal: texts,
  undone: texts,
  /** Rights that were missing, by what is known. */
  suspected: texts,
})

/** What a stage came to. */
const verdict = z.strictObject({
  event: z.literal('verdict'),
  at,
  stage: stageOrAll,
  outcome: z.enum(['kept', 'rehearsed', 'skipped', 'nothing']),
  before: exposure,
  after: exposure,
  /** As in the drop-in: "ProtectHome=yes". */
  kept: texts,
  /** What the command line asked for and is not kept. */
  left_out: texts,
  warnings: texts,
  note: z.nullable(text),
})

const undo = z.strictObject({
  event: z.literal('undo'),
  at,
  unit: text,
  /** The one stage; null for everything. */
  stage: z.nullable(z.enum(STAGES)),
  result: z.enum(['done', 'not-done', 'open', 'interrupted']),
  lines: texts,
})

const kept = z.strictObject({
  event: z.literal('kept'),
  at,
  unit: text,
  exposure: z.strictObject({ before: exposure, now: z.nullable(exposure) }),
  in_force: z.boolean(),
  /** A trial is neither kept nor undone. */
  unfinished: z.boolean(),
  stages: z.array(
    z.strictObject({
      stage: stageOrAll,
      since: text,
      before: exposure,
      after: exposure,
      settings: z.array(setting),
    }),
  ),
  not_in_force: z.array(z.strictObject({ directive: text, asked: text, shown: text })),
  /** Saved checks and exercises; null where they were not asked. */
  checks: z.nullable(z.array(z.strictObject({ holds: z.boolean(), check: text }))),
})

/** An answer to Keep? of a walk in another terminal. */
const answer = z.strictObject({
  event: z.literal('answer'),
  at,
  unit: text,
  word: z.enum(CALL_WORDS),
  came_to_pass: z.boolean(),
  text,
})

/** A plan beside what is on this host. */
const difference = z.strictObject({
  event: z.literal('difference'),
  at,
  unit: text,
  /** The unit is on this host. */
  is_here: z.boolean(),
  /** What is another here than where the plan was made, in clauses. */
  other: texts,
  settings: z.array(
    z.strictObject({ directive: text, here: z.nullable(text), planned: text, in_force: z.boolean() }),
  ),
})

/** What the rows of another's drop-in came to. */
const triedDropIn = z.strictObject({
  event: z.literal('tried'),
  at,
  unit: text,
  rows: z.array(z.strictObject({ directive: text, value: text, outcome: z.enum(OUTCOMES), why: text })),
})

const refusal = z.strictObject({ event: z.literal('refusal'), at, reason: text, next: text })

/** Words on how it ended that no other event has. */
const notice = z.strictObject({ event: z.literal('notice'), at, text })

const end = z.strictObject({
  event: z.literal('end'),
  at,
  exit_code: z.int(),
  /** Of a walk that came to its end; null otherwise. */
  summary: z.nullable(
    z.strictObject({
      healthy: z.boolean(),
      stock: exposure,
      final: exposure,
      drop_in: z.nullable(text),
      notes: texts,
    }),
  ),
})

/** One line of a command with --json; published as events.schema.json beside this file. */
export const eventSchema = z.discriminatedUnion('event', [
  begin,
  subject,
  stage,
  proof,
  trial,
  failure,
  verdict,
  undo,
  kept,
  answer,
  difference,
  triedDropIn,
  refusal,
  notice,
  end,
])

type JsonEvent = z.infer<typeof eventSchema>

/** An event before it is told, without its time. */
export type Untimed = JsonEvent extends infer One ? (One extends JsonEvent ? Omit<One, 'at'> : never) : never

/** The schema in JSON Schema's own words (draft 2020-12). */
export function eventsJsonSchema(): object {
  return z.toJSONSchema(eventSchema)
}
