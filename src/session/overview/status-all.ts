import { titleOf } from '../../catalog/common/types.ts'
import type { Host } from '../../host/host.ts'
import { formatScore } from '../../systemd/exposure/exposure.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { showUnits } from '../../systemd/manager/services.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { syscallGroups } from '../../systemd/syscalls/syscall-groups.ts'
import { loadStates, type StoredState } from '../store/store.ts'
import { type KeptNow, keptNow } from './kept.ts'
import { ageWords, proofAge } from './proof-age.ts'

/** What is kept of one unit. */
interface UnitKept {
  stored: StoredState
  now: KeptNow
  /** ×10. */
  exposure: number | undefined
}

/** What is kept on this host, in lines; `inForce` is false where something kept is not, or can't be read. */
export async function statusOfAll(
  host: Host,
): Promise<{ lines: string[]; units: UnitKept[]; inForce: boolean }> {
  const { states, problems } = await loadStates(host)
  const all = [...states.values()].sort((a, b) => (a.unit < b.unit ? -1 : 1))
  if (all.length === 0 && problems.length === 0)
    return { lines: ['hardenctl keeps nothing on this host.'], units: [], inForce: true }
  const properties = await showUnits(
    host,
    all.map(({ unit }) => unit),
  )
  const groups = await syscallGroups(host)
  const lines: string[] = []
  const units: UnitKept[] = []
  let inForce = problems.length === 0
  for (const [index, stored] of all.entries()) {
    const now = await keptNow(host, stored, properties[index] ?? {}, groups)
    inForce &&= now.wrong.length === 0
    const exposure = await overallExposure(host, stored.unit)
    units.push({ stored, now, exposure })
    lines.push(...(await unitLines(host, { stored, now, exposure })))
  }
  return { lines: [...lines, ...problems], units, inForce }
}

async function unitLines(host: Host, { stored, now, exposure }: UnitKept): Promise<string[]> {
  const { unit, stock, kept } = stored
  const { summary, wrong, unfinished } = now
  const score = exposure === undefined ? 'unknown' : formatScore(exposure)
  const trial = unfinished ? ['  A trial is unfinished; hardenctl ends it at its next start.'] : []
  if (summary === undefined) return [`${unit}: nothing is kept`, ...trial]
  const force = summary.inForce ? 'in force' : `NOT IN FORCE: ${wrong.map(({ key }) => key).join(', ')}`
  const age = kept.length === 0 ? undefined : await proofAge(host, stored)
  return [
    `${unit}: exposure ${formatScore(stock)} before, ${score} now; ${force}`,
    `  Kept since ${since(stored)}: ${summary.stages.map((stage) => titleOf(stage)).join(', ')}`,
    ...(age === undefined ? [] : [`  ${age.proof} ${ageWords(age)}`]),
    ...(summary.inForce ? [] : [`  hardenctl status ${shortName(unit)} says what the unit shows instead.`]),
    ...trial,
  ]
}

/** "2026-11-26 06:00 UTC", and the newest stage's time where it is another. */
function since({ kept }: StoredState): string {
  const times = kept.flatMap(({ at, first }) => [first ?? at, at]).sort()
  const words = (time = '') => `${time.slice(0, 10)} ${time.slice(11, 16)} UTC`
  const [oldest, newest] = [words(times[0]), words(times.at(-1))]
  return oldest === newest ? oldest : `${oldest}, last changed ${newest}`
}
