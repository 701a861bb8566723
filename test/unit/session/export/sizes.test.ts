import { expect, it } from 'vitest'
import { STAGES } from '../../../../src/catalog/common/types.ts'
import { CATALOG } from '../../../../src/catalog/index.ts'
import { ansibleCollection } from '../../../../src/session/export/ansible/collection.ts'
import { reportHtml } from '../../../../src/session/export/html.ts'
import { reportMarkdown } from '../../../../src/session/export/markdown.ts'
import { reportOf } from '../../../../src/session/export/report.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import type { Plan, PlannedDirective, PlannedStage } from '../../../../src/session/plan/schema.ts'
import { planned } from '../plan/planned.ts'

/** As test/README.md states it: larger than the plan of any service that was walked. */
const MOST_BYTES = 256_000

const SENTENCE = 'It was seen, tried in a clone, and held through a restart, a reload, a stop and a start. '

/** Each directive of the catalog with as much evidence as a walk collects, and files of a large service. */
function largePlan(): Plan {
  const plan = planOf(planned())
  const [first] = plan.stages.flatMap(({ directives }) => directives)
  if (first === undefined) throw new Error('the plan has no row')
  const evidence = Array.from({ length: 8 }, () => ({ ...first.evidence[0], text: SENTENCE.repeat(2) }))
  const owners = Array.from({ length: 200 }, (_, at) => ({
    path: `/var/lib/large-service/some/folder/file-${at}`,
    user: 'large-service',
    group: null,
    mode: null,
    why: 'The service holds it open for writing.',
  }))
  const row = (key: string): PlannedDirective =>
    ({ ...first, directive: key, evidence, owners: key === 'User' ? owners : [] }) as PlannedDirective
  const stages = STAGES.map((stage) => ({
    ...(plan.stages[0] as PlannedStage),
    stage,
    outcome: 'taken' as const,
    directives: CATALOG.filter((one) => one.stage === stage).map(({ key }) => row(key)),
  }))
  return { ...plan, stages }
}

it('a plan and what is made of it stay below the size that is stated', () => {
  const plan = largePlan()
  const report = reportOf(plan)
  const sizes = {
    plan: JSON.stringify(plan, null, 1).length,
    html: reportHtml(report).length,
    markdown: reportMarkdown(report).length,
    collection: Object.values(ansibleCollection(plan)).join('').length,
  }
  for (const [what, size] of Object.entries(sizes)) expect([what, size < MOST_BYTES]).toEqual([what, true])
})
