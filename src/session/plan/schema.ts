import * as z from 'zod/mini'
import { STAGES } from '../../catalog/common/types.ts'
import { LEVELS } from '../../observe/facts.ts'
import { assignment as stored } from '../store/shapes.ts'

/** Where the package puts the published schema. */
const PLACE = 'file:///usr/share/doc/hardenctl/plan.schema.json'

const exposure = z.number().check(z.gte(0), z.lte(10))
const text = z.string().check(z.maxLength(4096))
/** JavaScript takes two more characters than systemd for the end of a line, and for blanks between words. */
const line = z.string().check(z.maxLength(4096), z.regex(/^[^\r\n\0\u2028\u2029]*$/))
const path = z.string().check(z.maxLength(4096), z.regex(/^\/[^\r\n\0]*$/))
const name = z.string().check(z.regex(/^[A-Za-z0-9_.@:-]{1,64}$/))
const account = z.string().check(z.regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\$?$/))

function some<One extends z.core.$ZodType>(one: One, most = 1000) {
  return z.array(one).check(z.maxLength(most))
}

/** A right that was given back; as Remedy of the catalog has it. */
const remedy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['system-call', 'refuse-softly']), name, by: text }),
  z.strictObject({ kind: z.enum(['capability', 'address-family']), name }),
  z.strictObject({ kind: z.enum(['read-write-path', 'exec-path', 'optional-path']), path }),
  z.strictObject({ kind: z.enum(['step-down', 'drop']), key: name }),
])

/** A value that a clone tried. */
const trial = z.strictObject({
  value: text,
  holds: z.boolean(),
  /** How it broke. */
  reason: z.nullable(text),
  /** What was given back for it. */
  remedy: z.nullable(remedy),
})

const assignment = z.strictObject({ ...stored.shape, value: line })

const evidence = z.strictObject({ kind: z.enum(['seen', 'tried', 'asked']), text, trial: z.nullable(trial) })

/** What clones say. none: no clone was asked. */
const proof = z.strictObject({
  state: z.enum(['none', 'proven', 'breaks', 'unprovable']),
  reason: z.nullable(text),
  /** What is other than without it, though nothing breaks. */
  oddity: z.nullable(text),
})

const owner = z.strictObject({
  path,
  user: account,
  group: z.nullable(account),
  mode: z.nullable(z.int().check(z.gte(0), z.lte(0o7777))),
  why: text,
})

/**
 * Why a row was not taken. broke: in a clone. not-reached: it denies a possible use that nobody played. person: it
 * needs a person's word. stage: its stage was not kept.
 */
const LEFT = ['broke', 'not-reached', 'person', 'stage'] as const

const directive = z.strictObject({
  directive: name,
  /** in-force: set already. unfit: the facts forbid it. unknown: this systemd is too old. */
  state: z.enum(['taken', 'left', 'in-force', 'unfit', 'unknown']),
  left: z.nullable(z.enum(LEFT)),
  /** Why it is not taken, or is possible only with care. */
  why: z.nullable(text),
  value: text,
  /** The lines that it writes. */
  assignments: some(assignment),
  /** What it alone takes from the exposure. */
  gain: z.number().check(z.gte(-10), z.lte(10)),
  evidence: some(evidence),
  proof,
  loosened_by: some(remedy),
  owners: some(owner, 10_000),
  account: z.nullable(z.strictObject({ name: account, id: z.int().check(z.gte(0)) })),
})

const stage = z.strictObject({
  stage: z.enum(STAGES),
  /** left: nothing of it was taken. nothing: none of its rows can be set. */
  outcome: z.enum(['taken', 'left', 'nothing', 'not-asked']),
  note: z.nullable(text),
  exposure: z.strictObject({ before: exposure, after: exposure }),
  proof,
  directives: some(directive),
})

/** What a plan was made on. */
const machine = z.strictObject({
  host: line,
  architecture: name,
  systemd: line,
  kernel: line,
  libc: line,
  /** Version by package of the unit file and of the programs that ran. */
  packages: z.record(z.string(), line),
  programs: some(path),
  /** SHA-256 over the unit's files. */
  unit_files: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
})

/** What `hardenctl plan` and `hardenctl merge` write; published as plan.schema.json beside this file. */
export const planSchema = z.strictObject({
  $schema: z.literal(PLACE),
  /** 2: it is merged of several, and has also_made_on. */
  version: z.literal([1, 2]),
  hardenctl: line,
  /** ISO 8601, UTC. */
  at: z.iso.datetime(),
  unit: z.string().check(z.maxLength(255), z.regex(/^[A-Za-z0-9:_.\\@-]+\.service$/)),
  description: text,
  made_on: machine,
  /** The other machines, of a plan that is merged of several. */
  also_made_on: z.optional(some(machine)),
  asked: z.strictObject({
    level: z.enum(LEVELS),
    stages: some(z.enum(STAGES), STAGES.length),
    syscalls: z.enum(['groups', 'exact']),
  }),
  /** Measured in the clone, stage by stage; of a merged plan predicted from that, for the machine where it is highest. */
  exposure: z.strictObject({ before: exposure, after: exposure }),
  stages: some(stage, STAGES.length),
  /** What decided health; text is what --check or --exercise reads, where there is such a text. */
  checks: some(
    z.strictObject({
      kind: z.enum(['check', 'exercise']),
      /** By a person, and not found by hardenctl. */
      given: z.boolean(),
      text: z.nullable(line),
      label: text,
      answer: text,
    }),
  ),
  reached: z.strictObject({ played: some(text), in_clones: some(text), not_reached: some(name) }),
  /** Settings that hardenctl kept before: the plan builds on them. */
  kept_before: some(assignment),
  /** What is not in a clone as on the host, and what else a reader should know, in sentences. */
  notes: some(text),
})

/** The schema in JSON Schema's own words (draft 2020-12). */
export function planJsonSchema(): object {
  return z.toJSONSchema(planSchema)
}

export const PLAN_SCHEMA = PLACE
export type Plan = z.infer<typeof planSchema>
/** A machine on which a plan was made. */
export type Machine = Plan['made_on']
export type PlannedStage = Plan['stages'][number]
export type PlannedDirective = PlannedStage['directives'][number]
