import { isIP } from 'node:net'
import { type Stage, titleOf } from '../../catalog/common/types.ts'
import { ExpectedError } from '../../host/errors.ts'
import type { ExposureOptions } from '../../systemd/exposure/exposure.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import { mergePlans } from '../merge/merge-plans.ts'
import { toldTexts } from '../merge/sources.ts'
import { machinesOf } from '../plan/here.ts'
import type { Machine, Plan } from '../plan/schema.ts'
import { type Block, list, listed, type Section, section, text } from './blocks.ts'
import { known, releaseWords, stagesUnderAccount, type UpstreamRow, upstreamRows } from './upstream-rows.ts'

/** Where the rows of a report come from. */
export interface Origin {
  /** How they were proven, in sentences. */
  proven: string
  /** Stages whose rows were proven under another account than that of the unit. */
  otherAccount: ReadonlySet<Stage>
  /** How more could be proven without that account, in sentences. */
  withoutAccount: string
  /** Whether it is known what each row takes from the exposure. */
  hasGains: boolean
  /** What else a reader should know, in sentences. */
  notes: readonly string[]
}

/** The plan without names of its hosts, which are nobody's business in a public report; `count` machines were named before. */
export function nameless(plan: Plan, count: number): Plan {
  const named = (machine: Machine, at: number) => ({ ...machine, host: `machine ${count + at + 1}` })
  const [made_on, ...others] = machinesOf(plan).map(named)
  if (made_on === undefined) return plan
  return plan.also_made_on === undefined ? { ...plan, made_on } : { ...plan, made_on, also_made_on: others }
}

function withoutNames(plans: readonly Plan[]): Plan[] {
  let count = 0
  return plans.map((plan) => {
    const found = nameless(plan, count)
    count += machinesOf(plan).length
    return found
  })
}

function requireUpstream(plan: Plan): void {
  if (plan.kept_before.length === 0) return
  throw new ExpectedError(
    'the plan builds on settings that hardenctl kept before, which the unit of a package does not have',
    `hardenctl undo ${plan.unit.replace(/\.service$/, '')} takes them back: make the plan after that.`,
  )
}

function proofWords({ tighter, row }: UpstreamRow): string {
  if (tighter !== '') return `${tighter}, which denies more.`
  return row.proof.state === 'none' && row.proof.reason !== null
    ? `Each plan proved its own value in a clone; this one denies only what all of them do.`
    : 'Proven in a clone of each machine, alone or with its stage.'
}

function rowSection(upstream: UpstreamRow, hasGains: boolean): Section {
  const { row, since } = upstream
  const { what, breaks } = known(row.directive)
  const gain: [string, string][] = hasGains ? [['Exposure that it takes away', row.gain.toFixed(1)]] : []
  const evidence = toldTexts([{ name: '', texts: row.evidence.map((one) => one.text) }])
  return section(`${row.directive}=${row.value}`, ...(evidence.length === 0 ? [] : [list(...evidence)]), {
    kind: 'facts',
    facts: [
      ['What it does', what],
      ['What could break', breaks],
      ['Proof', proofWords(upstream)],
      ['Known to', releaseWords(since)],
      ...gain,
    ],
  })
}

function machineLine({ host, systemd, kernel, libc, architecture, packages }: Machine): string {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`)
  return `${[host, systemd, `kernel ${kernel}`, libc, architecture].filter(Boolean).join(', ')}: ${versions.join(', ')}`
}

/** An IPv4 address, or what may be one of IPv6. */
const ADDRESS = /\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*/gi
const OF_EVERY_HOST = /^(?:127\.|0\.0\.0\.0$|::1?$)/

function withoutAddresses(label: string): string {
  return label.replaceAll(ADDRESS, (found) =>
    isIP(found) === 0 || OF_EVERY_HOST.test(found) ? found : 'its address',
  )
}

/** Commands may hold passwords, and what they ask is of a host. */
function checkLines(plan: Plan): string[] {
  const own = plan.checks
    .filter(({ given }) => !given)
    .map(({ label, answer }) => `${withoutAddresses(label)}: ${answer}`)
  const count = plan.checks.filter(({ given }) => given).length
  const clones = plan.reached.in_clones.map((clause) => `In clones ${clause}`)
  return [...own, ...clones, ...(count === 0 ? [] : [`${count} more, given by a person`])]
}

function snippet(rows: readonly UpstreamRow[]): Block {
  const parts = rows.map(({ row }) => ({ comment: [], assignments: row.assignments }))
  const lines = renderDropIn([], parts)
    .split('\n')
    .filter((line) => line !== '')
  return { kind: 'code', text: lines.join('\n') }
}

function originOf(plans: readonly Plan[], machines: number): Origin {
  return {
    proven: `These settings for the unit file were proven by hardenctl in clones of ${machines === 1 ? 'one machine' : `${machines} machines`}: with all of its stage in force the service started, reloaded, stopped and answered as before. They allow what it needs on one of them, and deny only what it needs on none. What was not played there is not proven.`,
    otherAccount: stagesUnderAccount(plans),
    withoutAccount: `The plans switch to another account first (${titleOf('user')}), and what was proven under it says nothing of the unit as it is. hardenctl plan with --skip User proves more for the unit file.`,
    hasGains: true,
    notes: [],
  }
}

/** The report of one plan, which is that of one machine or merged of `plans`. Pure. */
export function upstreamSection(plan: Plan, plans: readonly Plan[], origin: Origin): Section {
  const { proven, otherAccount, withoutAccount, hasGains, notes } = origin
  const { rows, left } = upstreamRows(plan, plans, otherAccount)
  return section(
    `Hardening of ${plan.unit}`,
    ...(rows.length === 0 ? [] : [text(proven)]),
    ...(otherAccount.size === 0 ? [] : [text(withoutAccount)]),
    ...(notes.length === 0 ? [] : [list(...notes)]),
    section('For the unit file', rows.length === 0 ? text('Nothing: see below.') : snippet(rows)),
    ...(rows.length === 0
      ? []
      : [section('Why, directive by directive', ...rows.map((row) => rowSection(row, hasGains)))]),
    ...listed(
      'Left out, and why',
      left.map(({ directive, why }) => `${directive}: ${why}`),
    ),
    ...listed('Asked to decide', checkLines(plan)),
    ...listed('Proven on', machinesOf(plan).map(machineLine)),
  )
}

/**
 * What a maintainer could take of plans of one unit, with its evidence, as a report. `options` are of this machine. Throws
 * ExpectedError for plans that are not of one unit. Pure.
 */
export function upstreamReport(given: readonly Plan[], at: Date, options: ExposureOptions): Section {
  const plans = withoutNames(given)
  for (const one of plans) requireUpstream(one)
  const [first] = plans
  if (first === undefined) throw new ExpectedError('--upstream takes one plan or more')
  const plan = plans.length === 1 ? first : mergePlans(plans, at, options)
  return upstreamSection(plan, plans, originOf(plans, machinesOf(plan).length))
}
