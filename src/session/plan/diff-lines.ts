import { titleOf } from '../../catalog/common/types.ts'
import { wordsOf } from '../../catalog/common/values.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import { type Settings, settingsFromShow } from '../../systemd/settings/settings.ts'
import { difference } from '../../systemd/settings/settings-difference.ts'
import { kindOf } from '../../systemd/settings/settings-kinds.ts'
import { columns } from '../columns.ts'
import { ratedTenths } from '../store/score.ts'
import { type Here, machinesOf, machineWords, nearestMachine } from './here.ts'
import { knownHere } from './known-here.ts'
import { gaveWay, leftByReason, ownerWords, plannedAccounts, plannedOwners } from './plan-words.ts'
import { planAssignments, plannedParts, takenOf, takenStages } from './planned-settings.ts'
import type { Machine, Plan } from './schema.ts'

/** The words of a longer list are counted. */
const MOST_CHARACTERS = 48

function headingLines(plan: Plan): string[] {
  const { unit, at, hardenctl, made_on } = plan
  const machines = machinesOf(plan)
  const made = `${at.slice(0, 16).replace('T', ' ')} UTC`
  const heading =
    machines.length === 1
      ? `Plan of ${unit}, made ${made} on ${made_on.host} by hardenctl ${hardenctl}`
      : `Plan of ${unit}, merged ${made} of plans from ${machines.length} machines by hardenctl ${hardenctl}`
  const hostOf = ({ host }: Machine) => (machines.length === 1 ? '' : host)
  return [
    heading,
    ...machines.map((one) => {
      const { systemd, kernel, libc, architecture } = one
      return `Made on ${[hostOf(one), systemd, `kernel ${kernel}`, libc, architecture].filter(Boolean).join(', ')}`
    }),
  ]
}

function hereLines(plan: Plan, here: Here | undefined): string[] {
  if (here === undefined) return [`There is no ${plan.unit} on this host, so nothing is compared with it.`]
  const { machine, differences } = nearestMachine(plan, here)
  const isMerged = machinesOf(plan).length > 1
  if (differences.length === 0)
    return [`What it was made on${isMerged ? ` at ${machine.host}` : ''} is the same here.`]
  const nearest = isMerged ? `, of which ${machineWords(machine)} is the nearest` : ''
  return [`Other here than where it was made${nearest}:`, ...differences.map((one) => `  ${one}`)]
}

function curveLines(plan: Plan): string[] {
  const rows = takenStages(plan).map(({ stage, exposure }) => [titleOf(stage), ratedTenths(exposure.after)])
  const how =
    machinesOf(plan).length === 1
      ? 'as measured in a clone'
      : 'predicted from what each plan measured, for the machine where it is highest'
  return [
    '',
    `Exposure, ${how}:`,
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
export function diffLines(given: Plan, here: Here | undefined): string[] {
  const { plan, leftOff } = here === undefined ? { plan: given, leftOff: [] } : knownHere(given, here)
  return [
    ...headingLines(plan),
    ...hereLines(plan, here),
    ...curveLines(plan),
    ...settingLines(plan, here),
    ...dropInLines(plan),
    ...ownerLines(plan),
    ...brokenLines(plan),
    ...leftLines(plan),
    ...(leftOff.length === 0 ? [] : ['', 'Not known to systemd here:', ...leftOff.map((one) => `  ${one}`)]),
    ...checkLines(plan),
    ...(plan.notes.length === 0 ? [] : ['', ...plan.notes]),
  ]
}
