import * as z from 'zod/mini'
import { foreignLine } from '../../catalog/common/written-values.ts'
import { CATALOG } from '../../catalog/index.ts'
import { ExpectedError, reasonOf } from '../../host/errors.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import { givenChecks } from './planned-checks.ts'
import { plannedParts } from './planned-settings.ts'
import { type Plan, type PlannedDirective, type PlannedStage, planSchema } from './schema.ts'

/** The text is no plan, or no plan that this hardenctl may use. One line. */
export class PlanError extends ExpectedError {
  override name = 'PlanError'
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse() throws only for a text that is no JSON.
    throw new PlanError('it is not JSON')
  }
}

const VERSIONS: readonly number[] = [1, 2]

function requireVersion(raw: unknown): void {
  const found = z.safeParse(z.looseObject({ version: z.number() }), raw)
  if (found.success && !VERSIONS.includes(found.data.version))
    throw new PlanError(
      `it is of version ${found.data.version}, and this hardenctl reads versions ${VERSIONS.join(' and ')}`,
    )
}

function requireMachines({ version, also_made_on }: Plan): void {
  if ((version === 2) !== (also_made_on !== undefined))
    throw new PlanError(
      `it is of version ${version} and ${version === 2 ? 'does not say' : 'says'} which plans it is merged of`,
    )
}

/** A plan may write what the directive writes, and nothing else: root reads it. */
function foreignRow(stage: PlannedStage, { directive, assignments }: PlannedDirective): string | undefined {
  const known = CATALOG.find(({ key }) => key === directive)
  if (known === undefined) return `hardenctl has no directive ${directive}`
  if (known.stage !== stage.stage) return `${directive} is no directive of stage ${stage.stage}`
  return assignments.map((line) => foreignLine(known, line)).find((reason) => reason !== undefined)
}

function firstTwice(names: readonly string[]): string | undefined {
  return names.find((name, at) => names.indexOf(name) !== at)
}

function requireOwnSettings(plan: Plan): void {
  const directives = plan.stages.flatMap((stage) => stage.directives.map((one) => ({ stage, one })))
  const twice =
    firstTwice(plan.stages.map(({ stage }) => stage)) ??
    firstTwice(directives.map(({ one }) => one.directive))
  if (twice !== undefined) throw new PlanError(`it has ${twice} twice`)
  for (const { stage, one } of directives) {
    const foreign = foreignRow(stage, one)
    if (foreign !== undefined) throw new PlanError(foreign)
  }
}

/** What was kept before is built on, and handed on: it too is only what a directive writes. */
function requireOwnKept({ kept_before }: Plan): void {
  const foreign = kept_before.find((line) => CATALOG.every((known) => foreignLine(known, line) !== undefined))
  if (foreign !== undefined)
    throw new PlanError(`${foreign.key}= of what was kept before is no setting that hardenctl writes so`)
}

function requireChecks({ checks }: Plan): void {
  try {
    givenChecks(checks)
  } catch (error) {
    throw new PlanError(reasonOf(error))
  }
}

function requireWritable(plan: Plan): void {
  try {
    renderDropIn([], plannedParts(plan))
  } catch (error) {
    throw new PlanError(reasonOf(error))
  }
}

/** Reads the text of a plan, which anybody may have written. Throws PlanError with one line that begins with "it" or a name. */
export function parsePlan(text: string): Plan {
  const raw = parsedJson(text)
  requireVersion(raw)
  const parsed = z.safeParse(planSchema, raw)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new PlanError(`it does not keep to the schema of plans (${issue?.path.join('.') || 'as a whole'})`)
  }
  requireMachines(parsed.data)
  requireOwnSettings(parsed.data)
  requireOwnKept(parsed.data)
  requireWritable(parsed.data)
  requireChecks(parsed.data)
  return parsed.data
}
