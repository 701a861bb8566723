import type { Host } from '../../host/host.ts'
import { VERSION } from '../../host/version.ts'
import { readMachine } from '../../observe/observe.ts'
import { saidChecks } from '../../systemd/exposure/security.ts'
import { showUnits } from '../../systemd/manager/services.ts'
import { first } from '../../systemd/manager/show.ts'
import { type Accepted, readAccepted, sortedOut } from '../overview/accepted.ts'
import { type GuideRow, guideRows, type Unpredicted } from '../overview/guide.ts'
import { predictWalk } from '../overview/prediction.ts'
import { factsFor } from '../overview/read-row.ts'
import type { ServiceRow } from '../overview/row.ts'
import { survey } from '../overview/survey.ts'
import { findUnit, requireSystemd } from '../walk/preflight.ts'
import type { Audit } from './report.ts'

export interface AuditWish {
  /** As given; empty for all services. */
  units: readonly string[]
  /** Reads each check of all services, and not only of those that are named. */
  checks: boolean
  threshold?: number
}

/** Audits services without changing or restarting anything. Throws Refusal for a unit that is not there. */
export async function auditHost(host: Host, { units, checks, threshold }: AuditWish): Promise<Audit> {
  const systemd = await requireSystemd(host)
  const at = new Date()
  const { valid, expired } = sortedOut(await readAccepted(host), at.toISOString().slice(0, 10))
  const found = await Promise.all(units.map((unit) => findUnit(host, unit)))
  const named = [...new Set(found.map(({ unit }) => unit))]
  const wish = { accepted: async () => valid, ...(named.length === 0 ? {} : { units: named }) }
  const { rows, problems } = await survey(host, wish)
  const wanted = checks || named.length > 0 ? rows.filter(({ exposure }) => exposure !== undefined) : []
  return {
    hardenctl: VERSION,
    systemd,
    at,
    rows,
    guides: await guidesOf(host, wanted, valid),
    valid,
    expired,
    problems,
    ...(threshold === undefined ? {} : { threshold }),
  }
}

async function guidesOf(
  host: Host,
  rows: readonly ServiceRow[],
  accepted: readonly Accepted[],
): Promise<Map<string, GuideRow[]>> {
  const guides = new Map<string, GuideRow[]>()
  if (rows.length === 0) return guides
  const machine = await readMachine(host)
  for (const row of rows) {
    const { unit } = row
    const facts = await factsFor(host, unit, machine)
    const said = await saidChecks(host, unit)
    guides.set(unit, guideRows(said, facts, unpredicted(row) ?? predictWalk(facts), accepted))
  }
  return guides
}

function unpredicted({ unit, state, obstacle }: ServiceRow): Unpredicted | undefined {
  if (obstacle !== undefined) return { why: `No walk now: ${obstacle.reason}.` }
  return state === 'running'
    ? undefined
    : { why: `${unit} does not run: a walk runs it in clones, and nobody can tell before what it needs.` }
}

/** Path of the unit file by unit, where there is one. */
export async function fragmentsOf(host: Host, units: readonly string[]): Promise<Map<string, string>> {
  const shown = await showUnits(host, units, ['FragmentPath'])
  return new Map(units.map((unit, at) => [unit, first(shown[at] ?? {}, 'FragmentPath')]))
}
