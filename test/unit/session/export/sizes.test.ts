import { expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { STAGES } from '../../../../src/catalog/common/types.ts'
import { CATALOG } from '../../../../src/catalog/index.ts'
import { ansibleCollection } from '../../../../src/session/export/ansible/collection.ts'
import { reportHtml } from '../../../../src/session/export/html.ts'
import { reportMarkdown } from '../../../../src/session/export/markdown.ts'
import { reportOf } from '../../../../src/session/export/report.ts'
import { upstreamReport } from '../../../../src/session/export/upstream.ts'
import { mergePlans } from '../../../../src/session/merge/merge-plans.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { planText } from '../../../../src/session/plan/plan-text.ts'
import type { Plan, PlannedDirective, PlannedStage } from '../../../../src/session/plan/schema.ts'
import { planned } from '../plan/planned.ts'

/** As test/README.md states it: larger than the plan of any service that was walked. */
const MOST_BYTES = 300_000
/** The same of four machines, each with evidence of its own. */
const MOST_BYTES_OF_FOUR = 600_000

const SENTENCE = 'It was seen, tried in a clone, and held through a restart, a reload, a stop and a start. '

/** Each directive of the catalog with as much evidence as a walk collects, and files of a large service. */
function largePlan(): Plan {
  const plan = planOf(planned())
  const [first] = plan.stages.flatMap(({ directives }) => directives)
  if (first === undefined) throw new Error('the plan has no row')
  const evidence = Array.from({ length: 8 }, (_, at) => ({
    ...first.evidence[0],
    text: `${at}: ${SENTENCE.repeat(2)}`,
  }))
  const owners = Array.from({ length: 200 }, (_, at) => ({
    path: `/var/lib/large-service/some/folder/file-${at}`,
    user: 'large-service',
    group: null,
    mode: null,
    why: 'The service holds it open for writing.',
  }))
  const row = (key: string): PlannedDirective =>
    ({
      ...first,
      directive: key,
      assignments: [service(key, 'yes')],
      evidence,
      owners: key === 'User' ? owners : [],
    }) as PlannedDirective
  const stages = STAGES.map((stage) => ({
    ...(plan.stages[0] as PlannedStage),
    stage,
    outcome: 'taken' as const,
    directives: CATALOG.filter((one) => one.stage === stage).map(({ key }) => row(key)),
  }))
  return { ...plan, stages }
}

/** As made on another machine, with evidence in other words. */
function onMachine(plan: Plan, host: string): Plan {
  const stages = plan.stages.map((stage) => ({
    ...stage,
    directives: stage.directives.map((row) => ({
      ...row,
      evidence: row.evidence.map((one) => ({ ...one, text: `${host}: ${one.text}` })),
    })),
  }))
  return { ...plan, stages, made_on: { ...plan.made_on, host } }
}

const AT = new Date('2026-11-26T12:00:00Z')
const OPTIONS = { systemd: 257, syscallGroups: {} }

const LARGE = largePlan()
const FOUR = ['one', 'two', 'three', 'four'].map((host) => onMachine(LARGE, host))
const MERGED = mergePlans(FOUR, AT, OPTIONS)
/** As `plan --skip User` makes them: what is proven under another account is nothing for a package. */
const FOR_PACKAGE = FOUR.map((plan) => ({
  ...plan,
  stages: plan.stages.filter(({ stage }) => stage !== 'user'),
}))

it.each<[string, number, string]>([
  ['a plan', MOST_BYTES, planText(LARGE)],
  ['a report as a page', MOST_BYTES, reportHtml(reportOf(LARGE))],
  ['a report as Markdown', MOST_BYTES, reportMarkdown(reportOf(LARGE))],
  ['a collection', MOST_BYTES, Object.values(ansibleCollection(LARGE)).join('')],
  ['a plan that is merged of four', MOST_BYTES_OF_FOUR, planText(MERGED)],
  ['a collection of that', MOST_BYTES_OF_FOUR, Object.values(ansibleCollection(MERGED)).join('')],
  [
    'a report for the package by four',
    MOST_BYTES_OF_FOUR,
    reportMarkdown(upstreamReport(FOR_PACKAGE, AT, OPTIONS)),
  ],
])('%s stays below the %i bytes that are stated', (_, most, text) => {
  const size = Buffer.byteLength(text)
  expect(size).toBeLessThan(most)
  // Otherwise the large plan is none any more.
  expect(size).toBeGreaterThan(most / 4)
})
