import * as z from 'zod/mini'
import { STAGES, type Stage } from '../../catalog/common/types.ts'
import { directivesOf } from '../../catalog/index.ts'
import { ExpectedError } from '../../host/errors.ts'
import { VERSION } from '../../host/version.ts'
import { LEVELS } from '../../observe/facts.ts'
import type { ExposureOptions } from '../../systemd/exposure/exposure.ts'
import { machinesOf } from '../plan/here.ts'
import { MOST_PLAN_BYTES, planText } from '../plan/plan-text.ts'
import { PLAN_SCHEMA, type Plan, type PlannedStage, planSchema } from '../plan/schema.ts'
import { type MergedRow, mergeRow } from './merge-row.ts'
import { mergedExposure } from './merged-exposure.ts'
import { distinct, type Source, shortened, sourcesOf, toldTexts } from './sources.ts'

function requireSame(sources: readonly Source[], what: string, of: (plan: Plan) => string): void {
  const [first] = sources
  const other = sources.find(({ plan }) => first !== undefined && of(plan) !== of(first.plan))
  if (first === undefined || other === undefined) return
  const shown = (source: Source) => of(source.plan).slice(0, 200) || 'nothing'
  throw new ExpectedError(
    `plans of different ${what} can't be merged: ${shown(first)} of ${first.name}, ${shown(other)} of ${other.name}`,
  )
}

/** Throws ExpectedError for plans that are not of one unit. */
function requireMergeable(sources: readonly Source[]): void {
  if (sources.length < 2) throw new ExpectedError('merge takes two plans or more')
  requireSame(sources, 'units', ({ unit }) => unit)
  requireSame(sources, 'processors', ({ made_on }) => made_on.architecture)
  requireSame(sources, 'settings that were kept before', ({ kept_before }) =>
    kept_before.map(({ key, value }) => `${key}=${value}`).join(' '),
  )
}

interface MergedStage {
  stage: PlannedStage
  differs: string[]
}

function stageOf({ plan }: Source, wanted: Stage): PlannedStage | undefined {
  return plan.stages.find(({ stage }) => stage === wanted)
}

function outcomeOf(
  there: readonly (PlannedStage | undefined)[],
  rows: readonly MergedRow[],
): PlannedStage['outcome'] {
  if (rows.some(({ row }) => row.state === 'taken')) return 'taken'
  if (there.every((one) => one === undefined || one.outcome === 'not-asked')) return 'not-asked'
  return rows.some(({ row }) => row.state === 'left') ? 'left' : 'nothing'
}

/** Names of the plans whose account the merged plan does not switch to. */
function otherAccounts(sources: readonly Source[], merged: readonly PlannedStage[]): string[] {
  const switches = (stages: readonly PlannedStage[]) =>
    stages.some(({ stage, outcome }) => stage === 'user' && outcome === 'taken')
  if (switches(merged)) return []
  return sources.filter(({ plan }) => switches(plan.stages)).map(({ name }) => name)
}

function mergeStage(sources: readonly Source[], before: readonly PlannedStage[], wanted: Stage): MergedStage {
  const there = sources.map((source) => ({ name: source.name, stage: stageOf(source, wanted) }))
  const accounts = ['capabilities', 'user'].includes(wanted) ? [] : otherAccounts(sources, before)
  const rows = directivesOf(wanted).flatMap((directive) =>
    mergeRow(
      directive,
      there.map(({ name, stage }) => ({
        name,
        stage,
        row: stage?.directives.find((one) => one.directive === directive.key),
      })),
      accounts,
    ),
  )
  const isProven = rows.every(({ row }) => row.state !== 'taken' || row.proof.state === 'proven')
  const outcome = outcomeOf(
    there.map(({ stage }) => stage),
    rows,
  )
  const notes = toldTexts(there.map(({ name, stage }) => ({ name, texts: [stage?.note ?? []].flat() })))
  return {
    stage: {
      stage: wanted,
      outcome,
      note: notes.length === 0 ? null : shortened(notes.join(' ')),
      exposure: { before: 0, after: 0 },
      proof: { state: outcome === 'taken' && isProven ? 'proven' : 'none', reason: null, oddity: null },
      directives: rows.map(({ row }) => row),
    },
    differs: rows.flatMap((one) => one.differs),
  }
}

function withExposure(
  plans: readonly Plan[],
  stages: readonly PlannedStage[],
  before: number,
  options: ExposureOptions,
): PlannedStage[] {
  let last = before
  return stages.map((stage) => {
    const after = stage.outcome === 'taken' ? mergedExposure(plans, stages, stage.stage, options) : last
    const exposure = { before: last, after }
    last = after
    return { ...stage, exposure }
  })
}

/** A check that not all plans were given is not asked where the merged plan is applied. */
function checksOf(sources: readonly Source[]): Plan['checks'] {
  const all = sources.flatMap(({ plan }) => plan.checks)
  const keyOf = ({ kind, text, label }: Plan['checks'][number]) => JSON.stringify([kind, text ?? label])
  const isGiven = (key: string) =>
    sources.every(({ plan }) => plan.checks.some((one) => one.given && keyOf(one) === key))
  return [...Map.groupBy(all, keyOf)].flatMap(([key, [first, ...more]]) => {
    if (first === undefined) return []
    const answers = new Set([first, ...more].map(({ answer }) => answer))
    return [{ ...first, given: isGiven(key), answer: shortened([...answers].join(' or ')) }]
  })
}

function inAll(all: readonly (readonly string[])[]): string[] {
  const [first = [], ...others] = all
  return first.filter((one) => others.every((other) => other.includes(one)))
}

function askedOf(plans: readonly Plan[]): Plan['asked'] {
  const levels = LEVELS.filter((level) => plans.some(({ asked }) => asked.level === level))
  return {
    level: levels[0] ?? 'standard',
    stages: STAGES.filter((stage) => plans.some(({ asked }) => asked.stages.includes(stage))),
    syscalls: plans.every(({ asked }) => asked.syscalls === 'exact') ? 'exact' : 'groups',
  }
}

/** The plan; throws ExpectedError where the evidence of many hosts is more than a plan may have. */
function readable(merged: Plan): Plan {
  const isSmall = Buffer.byteLength(planText(merged)) <= MOST_PLAN_BYTES
  if (isSmall && z.safeParse(planSchema, merged).success) return merged
  throw new ExpectedError(
    `these plans of ${machinesOf(merged).length} machines make one that is larger than a plan can be`,
    'Merge fewer of them.',
  )
}

/**
 * One plan of several: what all of them bear. `options` are of this machine, whose systemd predicts the exposure. Throws
 * ExpectedError for plans that are not of one unit, or that are too much for one. Pure.
 */
export function mergePlans(plans: readonly Plan[], at: Date, options: ExposureOptions): Plan {
  const sources = sourcesOf(plans)
  requireMergeable(sources)
  const merged: MergedStage[] = []
  for (const stage of STAGES)
    merged.push(
      mergeStage(
        sources,
        merged.map((one) => one.stage),
        stage,
      ),
    )
  const before = Math.max(...plans.map(({ exposure }) => exposure.before))
  const stages = withExposure(
    plans,
    merged.map(({ stage }) => stage),
    before,
    options,
  )
  const [made_on, ...also_made_on] = distinct(plans.flatMap(machinesOf))
  const [first] = plans
  if (first === undefined || made_on === undefined) throw new ExpectedError('merge takes two plans or more')
  const reached = plans.map((plan) => plan.reached)
  const texts = (of: (plan: Plan) => readonly string[]) =>
    toldTexts(sources.map(({ name, plan }) => ({ name, texts: of(plan) })))
  return readable({
    $schema: PLAN_SCHEMA,
    version: 2,
    hardenctl: VERSION,
    at: at.toISOString(),
    unit: first.unit,
    description: first.description,
    made_on,
    also_made_on,
    asked: askedOf(plans),
    exposure: { before, after: stages.at(-1)?.exposure.after ?? before },
    stages,
    checks: checksOf(sources),
    reached: {
      played: inAll(reached.map(({ played }) => played)),
      in_clones: inAll(reached.map(({ in_clones }) => in_clones)),
      not_reached: [...new Set(reached.flatMap(({ not_reached }) => not_reached))],
    },
    kept_before: first.kept_before,
    notes: [...merged.flatMap(({ differs }) => differs), ...texts(({ notes }) => notes)],
  })
}
