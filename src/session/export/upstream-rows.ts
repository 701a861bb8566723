import { service } from '../../catalog/common/proposal.ts'
import { type Assignment, STAGES, type Stage } from '../../catalog/common/types.ts'
import { wordsOf } from '../../catalog/common/values.ts'
import { CATALOG, directivesOf } from '../../catalog/index.ts'
import { type Kind, kindOf } from '../../systemd/settings/settings-kinds.ts'
import { isProven } from '../merge/merged-proof.ts'
import { takenStages } from '../plan/planned-settings.ts'
import type { Plan, PlannedDirective } from '../plan/schema.ts'

/** A row that a maintainer could take. */
export interface UpstreamRow {
  row: PlannedDirective
  /** First release of systemd that knows the directive. */
  since: number
  /** Why the plans proved something tighter than this; '' where they proved just this. */
  tighter: string
}

/** A row that is of a host alone, or proven too little. */
export interface LeftForHost {
  directive: string
  why: string
}

/** Settings of these kinds name things of a host. */
const OF_A_HOST: ReadonlySet<Kind> = new Set(['paths', 'binds', 'devices', 'exec'])

/** Addresses that every host has. */
const EVERYWHERE = /^(?:any|localhost|link-local|multicast|127\.0\.0\.0\/8|::1(?:\/128)?)$/i

/** Folders that ProtectSystem=full makes read-only (systemd.exec(5)). */
const SYSTEM = /^[-+]*\/(?:usr|boot|efi|etc)(?:\/|$)/

/** What a line names of a host; undefined for one that any host can take. */
function namedOfHost({ key, value }: Assignment): string | undefined {
  if (value === '') return undefined
  if (kindOf(key) === 'exec') return 'commands of a host'
  if (OF_A_HOST.has(kindOf(key))) return 'paths of a host'
  if (kindOf(key) === 'addresses' && !wordsOf(value).every((word) => EVERYWHERE.test(word)))
    return 'addresses of a host'
  return ['User', 'Group', 'SupplementaryGroups'].includes(key) ? 'an account of a host' : undefined
}

/** Only ProtectSystem= has a value that needs no paths and denies no more than strict with them does. */
function withoutPaths(row: PlannedDirective): UpstreamRow['row'] | undefined {
  const paths = row.assignments.filter(({ key }) => key === 'ReadWritePaths')
  const words = paths.flatMap(({ value }) => wordsOf(value))
  const isStrict = row.assignments.some(({ key, value }) => key === 'ProtectSystem' && value === 'strict')
  if (!isStrict || words.length === 0 || words.some((word) => SYSTEM.test(word))) return undefined
  return { ...row, value: 'full', assignments: [service('ProtectSystem', 'full')] }
}

function ofAnyHost(row: PlannedDirective): { row: PlannedDirective; tighter: string } | { why: string } {
  if (row.owners.length > 0 || row.account !== null) return { why: 'It gives files to an account of a host.' }
  const named = row.assignments.map(namedOfHost).find((what) => what !== undefined)
  if (named === undefined) return { row, tighter: '' }
  const plain = withoutPaths(row)
  if (plain === undefined) return { why: `It names ${named}.` }
  return { row: plain, tighter: `${row.directive}=${row.value} was proven, with paths of the hosts` }
}

/** Plans in which the row was taken without a proof. */
function unprovenIn(plans: readonly Plan[], key: string): number {
  return plans.filter((plan) =>
    plan.stages.some((stage) =>
      stage.directives.some(
        (row) => row.directive === key && row.state === 'taken' && !isProven({ row, stage }),
      ),
    ),
  ).length
}

/** Stages of plans whose rows were proven under another account than that of the unit. */
export function stagesUnderAccount(plans: readonly Plan[]): ReadonlySet<Stage> {
  const switches = plans.some((plan) => takenStages(plan).some(({ stage }) => stage === 'user'))
  return new Set(switches ? STAGES.slice(STAGES.indexOf('user') + 1) : [])
}

/**
 * What any host could take of a plan: `plan` is that of one machine, or merged of `plans`. `otherAccount` are stages whose
 * rows were proven under another account than that of the unit. Pure.
 */
export function upstreamRows(
  plan: Plan,
  plans: readonly Plan[],
  otherAccount: ReadonlySet<Stage>,
): { rows: UpstreamRow[]; left: LeftForHost[] } {
  const rows: UpstreamRow[] = []
  const left: LeftForHost[] = []
  const found = new Map(
    plan.stages.flatMap(({ directives }) => directives.map((row) => [row.directive, row])),
  )
  for (const { key, stage, since } of STAGES.flatMap(directivesOf)) {
    const row = found.get(key)
    if (row === undefined || (row.state !== 'taken' && row.state !== 'left')) continue
    const without = row.state === 'taken' ? ofAnyHost(row) : { why: row.why ?? 'It was not taken.' }
    if ('why' in without) left.push({ directive: key, why: without.why })
    else if (otherAccount.has(stage))
      left.push({ directive: key, why: 'It was proven under another account than that of the unit file.' })
    else if (unprovenIn(plans, key) > 0) left.push({ directive: key, why: 'No clone has proven it.' })
    else rows.push({ ...without, since })
  }
  return { rows, left }
}

/** Words on the releases that know a directive. */
export function releaseWords(since: number): string {
  return `systemd ${since} and newer; an older one ignores the line, and says so in its log`
}

/** What a directive does and breaks, by its name. */
export function known(key: string): { what: string; breaks: string } {
  return CATALOG.find((one) => one.key === key) ?? { what: '', breaks: '' }
}
