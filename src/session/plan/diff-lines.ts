import { titleOf } from '../../catalog/common/types.ts'
import { wordsOf } from '../../catalog/common/values.ts'
import { type Basis, changedSince } from '../../observe/basis.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import { type Settings, settingsFromShow } from '../../systemd/settings/settings.ts'
import { difference } from '../../systemd/settings/settings-difference.ts'
import { type Groups, kindOf } from '../../systemd/settings/settings-kinds.ts'
import { columns } from '../columns.ts'
import { ratedTenths } from '../store/score.ts'
import { gaveWay, leftByReason, ownerWords, plannedAccounts, plannedOwners } from './plan-words.ts'
import { planAssignments, plannedParts, takenOf, takenStages } from './planned-settings.ts'
import type { Plan } from './schema.ts'

/** What is on this host of what a plan is about. */
export interface Here {
  /** All of `systemctl show --all` of the unit. */
  properties: Readonly<Record<string, string[]>>
  groups: Groups
  basis: Basis
  architecture: string
}

/** The words of a longer list are counted. */
const MOST_CHARACTERS = 48

function headingLines({ unit, at, hardenctl, made_on }: Plan): string[] {
  const { host, systemd, kernel, libc, architecture } = made_on
  return [
    `Plan of ${unit}, made ${at.slice(0, 16).replace('T', ' ')} UTC on ${host} by hardenctl ${hardenctl}`,
    `Made on ${[systemd, `kernel ${kernel}`, libc, architecture].filter(Boolean).join(', ')}`,
  ]
}

/** What is another here than where the plan was made, each as a clause. */
export function differencesHere({ made_on }: Plan, { basis, architecture }: Here): string[] {
  const { unit_files, host: _, architecture: then, ...rest } = made_on
  const versions = changedSince({ ...rest, unitFiles: unit_files }, basis)
  return then === architecture ? versions : [`${then} then, ${architecture} now`, ...versions]
}

function hereLines(plan: Plan, here: Here | undefined): string[] {
  if (here === undefined) return [`There is no ${plan.unit} on this host, so nothing is compared with it.`]
  const differences = differencesHere(plan, here)
  if (differences.length === 0) return ['What it was made on is the same here.']
  return ['Other here than where it was made:', ...differences.map((one) => `  ${one}`)]
}

function curveLines(plan: Plan): string[] {
  const rows = takenStages(plan).map(({ stage, exposure }) => [titleOf(stage), ratedTenths(exposure.after)])
  return [
    '',
    'Exposure, as measured in a clone:',
    ...columns([['before', ratedTenths(plan.exposure.before)], ...rows]).map((line) => `  ${line}`),
  ]
}

/** "not set" where an empty list or none is shown. */
function valueText(key: string, values: readonly string[]): string {
  const text = values.filter(Boolean).join(kindOf(key) === 'exec' ? '; ' : ' ')
  return text === '' || text === '~' ? 'not set' : text
}

/** The same for a column: of a long one only how much there is. */
function shortValue(key: string, text: string): string {
  if (text.length <= MOST_CHARACTERS) return text
  return kindOf(key) === 'exec' ? 'commands' : `${wordsOf(text).length} words`
}

/** Of the kinds of namespaces, Settings has those that are still allowed. */
function shownHere(key: string, { properties }: Here, shown: Settings): readonly string[] {
  return (kindOf(key) === 'namespaces' ? properties[key] : shown[key]) ?? []
}

/** A setting as it is here and as it is planned, in words. */
interface SettingHere {
  directive: string
  /** Undefined where the unit is not here. */
  here: string | undefined
  planned: string
  inForce: boolean
}

/** Pure. */
export function settingsHere(plan: Plan, here: Here | undefined): SettingHere[] {
  const assignments = planAssignments(plan)
  const keys = [...new Set(assignments.map(({ key }) => key))]
  const shown = here && settingsFromShow(here.properties)
  const open = here && new Set(difference(assignments, here.properties, here.groups).map(({ key }) => key))
  return keys.map((key) => ({
    directive: key,
    here: here && shown && valueText(key, shownHere(key, here, shown)),
    planned: valueText(
      key,
      assignments.filter((line) => line.key === key).map(({ value }) => value),
    ),
    inForce: open !== undefined && !open.has(key),
  }))
}

function settingLines(plan: Plan, here: Here | undefined): string[] {
  const rows = settingsHere(plan, here).map((one) => [
    one.directive,
    shortValue(one.directive, one.here ?? ''),
    one.inForce ? 'as it is' : shortValue(one.directive, one.planned),
  ])
  return [
    '',
    'Settings:',
    ...columns([['', here ? 'here now' : '', 'planned'], ...rows]).map((line) => `  ${line}`),
  ]
}

function dropInLines(plan: Plan): string[] {
  const text = renderDropIn([], plannedParts(plan)).trim()
  return text === ''
    ? ['', 'It changes no setting.']
    : ['', 'Drop-in:', ...text.split('\n').map((line) => `  ${line}`)]
}

function ownerLines(plan: Plan): string[] {
  const lines = plannedOwners(plan).map((owner) => `  ${ownerWords(owner)}. ${owner.why}`)
  return [
    ...(lines.length === 0 ? [] : ['', 'Files that change hands:', ...lines]),
    ...plannedAccounts(plan).map(
      ({ name, id }) => `The system account ${name} (uid ${id} there) is made, and stays.`,
    ),
  ]
}

function brokenLines(plan: Plan): string[] {
  const lines = takenStages(plan)
    .flatMap(takenOf)
    .flatMap((one) => gaveWay(one).map((text) => `  ${one.directive}: ${text}`))
  return lines.length === 0 ? [] : ['', 'Tried tighter in clones, and gave way:', ...lines]
}

function leftLines(plan: Plan): string[] {
  return leftByReason(plan).flatMap(({ words, rows }) => [
    '',
    `${words}:`,
    ...rows.map(({ directive, value, why }) => `  ${directive}=${value}: ${why ?? ''}`),
  ])
}

function checkLines({ checks, reached }: Plan): string[] {
  const asked = checks.map(({ label, answer, given }) => `  ${label}: ${answer}${given ? ', given' : ''}`)
  const inClones = reached.in_clones.map((clause) => `  in clones ${clause}`)
  const lines = [...asked, ...inClones]
  return ['', 'Checks and exercises that decided:', ...(lines.length === 0 ? ['  none'] : lines)]
}

/** A plan as a person reads it, compared with what is here; undefined where the unit is not. Pure. */
export function diffLines(plan: Plan, here: Here | undefined): string[] {
  return [
    ...headingLines(plan),
    ...hereLines(plan, here),
    ...curveLines(plan),
    ...settingLines(plan, here),
    ...dropInLines(plan),
    ...ownerLines(plan),
    ...brokenLines(plan),
    ...leftLines(plan),
    ...checkLines(plan),
    ...(plan.notes.length === 0 ? [] : ['', ...plan.notes]),
  ]
}
