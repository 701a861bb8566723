import { missingText } from '../../catalog/common/remedy.ts'
import { titleOf } from '../../catalog/common/types.ts'
import { CATALOG } from '../../catalog/index.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import { machinesOf } from '../plan/here.ts'
import {
  commandsWarning,
  leftByReason,
  ownerWords,
  plannedAccounts,
  plannedOwners,
  provenWords,
} from '../plan/plan-words.ts'
import { plannedHeading, plannedParts, takenOf, takenStages } from '../plan/planned-settings.ts'
import type { Machine, Plan, PlannedDirective, PlannedStage } from '../plan/schema.ts'
import { ratedTenths } from '../store/score.ts'
import { type Block, list, listed, type Section, section, text } from './blocks.ts'

function curve(plan: Plan): Section {
  const stages = takenStages(plan).map(({ stage, exposure }) => ({ name: stage, exposure: exposure.after }))
  const points = [{ name: 'before', exposure: plan.exposure.before }, ...stages]
  return section('Exposure, stage by stage', { kind: 'curve', points })
}

function summary(plan: Plan): Block[] {
  const { exposure } = plan
  const machines = machinesOf(plan).length
  const proven =
    machines === 1
      ? 'it was proven in clones of one host'
      : `it is merged of plans that were proven in clones of ${machines} machines`
  const stages = takenStages(plan)
  const directives = stages.flatMap(takenOf).length
  return [
    ...(plan.description === '' ? [] : [text(plan.description)]),
    {
      kind: 'facts',
      facts: [
        ['Exposure before', ratedTenths(exposure.before)],
        ['Exposure after', ratedTenths(exposure.after)],
        ['Directives', `${directives}, in ${stages.length} of ${plan.stages.length} stages`],
      ],
    },
    text(
      `Exposure is as systemd-analyze security counts it: 10 is the worst, 0 the best. This is a plan: ${proven}, by what is named below. What was not played there is not proven.`,
    ),
  ]
}

function decided({ checks, reached }: Plan): Section {
  const asked = checks.map(
    ({ kind, label, answer, given }) => `${given ? 'Given ' : ''}${kind}: ${label}, which answers ${answer}`,
  )
  const seen = reached.played.map((use) => `Seen to ${use}`)
  const inClones = reached.in_clones.map((clause) => `In clones ${clause}`)
  const items = [...asked, ...inClones, ...seen]
  return section('Checks and exercises that decided', items.length === 0 ? text('None.') : list(...items))
}

/** What there is to say of a directive; empty texts are left out. */
function directiveFacts({ proof }: PlannedStage, one: PlannedDirective): [string, string][] {
  const known = CATALOG.find(({ key }) => key === one.directive)
  const missing = one.loosened_by.flatMap((remedy) => missingText(remedy) ?? [])
  const facts: [string, string][] = [
    ['What it does', known?.what ?? ''],
    ['What could break', known?.breaks ?? ''],
    ['Proof', provenWords(one, proof)],
    ['Other than without it', one.proof.oddity ?? ''],
    ['Given back, since it was missing', missing.join(', ')],
    ['Mind', [one.why ?? '', commandsWarning(one.assignments) ?? ''].join(' ').trim()],
    ['Exposure that it takes away', one.gain.toFixed(1)],
  ]
  return facts.filter(([, words]) => words !== '')
}

function directiveSection(stage: PlannedStage, one: PlannedDirective): Section {
  return section(`${one.directive}=${one.value}`, list(...one.evidence.map((evidence) => evidence.text)), {
    kind: 'facts',
    facts: directiveFacts(stage, one),
  })
}

function stageSection(stage: PlannedStage): Section {
  return section(
    plannedHeading(stage),
    ...(stage.note === null ? [] : [text(stage.note)]),
    ...takenOf(stage).map((one) => directiveSection(stage, one)),
  )
}

const UNTAKEN_STAGES = { left: 'nothing of it was taken', 'not-asked': 'not asked for' } as const

const OTHER_STATES = {
  'in-force': 'In force already',
  unfit: 'Not for this service',
  unknown: 'Not known to this systemd',
} as const

function leftOut(plan: Plan): Section[] {
  const left = leftByReason(plan).flatMap(({ words, rows }) =>
    listed(
      words,
      rows.map(({ directive, value, why }) => `${directive}=${value}: ${why ?? ''}`),
    ),
  )
  const all = plan.stages.flatMap(({ directives }) => directives)
  const others = Object.entries(OTHER_STATES).flatMap(([state, words]) =>
    listed(
      words,
      all.filter((one) => one.state === state).map(({ directive, why }) => `${directive}: ${why ?? ''}`),
    ),
  )
  const stages = plan.stages.flatMap(({ stage, outcome, note }) =>
    outcome === 'left' || outcome === 'not-asked'
      ? [`${titleOf(stage)}: ${note ?? UNTAKEN_STAGES[outcome]}`]
      : [],
  )
  const sections = [...left, ...others, ...listed('Stages', stages)]
  return sections.length === 0 ? [] : [section('Left out, and why', ...sections)]
}

function owners(plan: Plan): Section[] {
  const files = plannedOwners(plan).map((owner) => `${ownerWords(owner)}. ${owner.why}`)
  const accounts = plannedAccounts(plan).map(({ name }) => `The system account ${name} is made, and stays.`)
  return listed('Files that change hands', [...accounts, ...files])
}

function machineFacts({ packages, ...machine }: Machine): [string, string][] {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`)
  return [
    ['Host', machine.host],
    ['Architecture', machine.architecture],
    ['systemd', machine.systemd],
    ['Kernel', machine.kernel],
    ['libc', machine.libc],
    ['Packages', versions.join(', ')],
    ['SHA-256 of the files of the unit', machine.unit_files],
  ]
}

function madeOn(plan: Plan): Section {
  const { hardenctl, at, asked } = plan
  return section('Made on', {
    kind: 'facts',
    facts: [
      ...machinesOf(plan).flatMap(machineFacts),
      ['hardenctl', `${hardenctl}, ${at.slice(0, 16).replace('T', ' ')} UTC`],
      [
        'Asked for',
        `level ${asked.level}, system calls ${asked.syscalls}, stages ${asked.stages.join(', ')}`,
      ],
    ],
  })
}

function dropIn(plan: Plan): Section {
  const words = renderDropIn([], plannedParts(plan)).trim()
  const kept = plan.kept_before.map(({ key, value }) => `${key}=${value}`)
  return section(
    'The drop-in',
    words === '' ? text('It changes no setting.') : { kind: 'code', text: words },
    ...listed('Kept before, which the plan builds on', kept),
  )
}

/** What a plan says, as a person reads it who was not there. Pure. */
export function reportOf(plan: Plan): Section {
  return section(
    `Hardening of ${plan.unit}`,
    ...summary(plan),
    curve(plan),
    decided(plan),
    ...takenStages(plan).map(stageSection),
    ...leftOut(plan),
    ...owners(plan),
    dropIn(plan),
    madeOn(plan),
    ...listed('Notes', plan.notes),
  )
}
