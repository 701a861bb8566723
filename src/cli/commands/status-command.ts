import { titleOf } from '../../catalog/common/types.ts'
import type { Host } from '../../host/host.ts'
import type { Printer } from '../../host/printer.ts'
import { keptEvent } from '../../session/events/kept-event.ts'
import { exitCode } from '../../session/exit-code.ts'
import { keptNow } from '../../session/overview/kept.ts'
import { ageWords, proofAge } from '../../session/overview/proof-age.ts'
import { statusOfAll } from '../../session/overview/status-all.ts'
import { formatScore } from '../../session/store/score.ts'
import { loadState, type StoredState } from '../../session/store/store.ts'
import { noSuchUnit } from '../../session/walk/preflight.ts'
import { reachLine } from '../../session/walk/reach-log.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import type { Properties } from '../../systemd/manager/services.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { serviceName } from '../../systemd/manager/unit-name.ts'
import { syscallGroups } from '../../systemd/syscalls/syscall-groups.ts'
import { askSaved } from '../../trial/health/ask-saved.ts'
import { standsBy } from '../../trial/transaction/stand-by.ts'
import type { OfUser, Told } from '../argument-types.ts'
import { type Voice, voiced } from '../event-lines.ts'
import { hostOf } from '../host-of.ts'

/** Prints what is kept for a unit, or on the whole host. Returns the exit code: 1 if something is not in force. */
export function runStatus(
  { unit, json, ...whose }: { unit?: string } & Told & OfUser,
  printer: Printer,
): Promise<number> {
  const about = { command: 'status', ...(unit === undefined ? {} : { unit }) }
  return voiced(printer, json === true, about, async (voice) => {
    const host = await hostOf(whose)
    return unit === undefined ? statusOfHost(host, voice) : statusOfUnit(host, unit, voice)
  })
}

/** All that is kept, unit by unit. */
async function statusOfHost(host: Host, { words, tell }: Voice): Promise<number> {
  const { lines, units, inForce } = await statusOfAll(host)
  for (const line of lines) words.out(line)
  for (const { stored, now, exposure } of units) tell(keptEvent(stored, now, exposure))
  return exitCode(inForce ? 'done' : 'not-in-force')
}

/** What systemd does about the first run with what is kept. */
function standByWords({ baseline }: StoredState, properties: Properties): string {
  const undoes = 'systemd undoes everything and runs it again without it.'
  if (baseline?.stopped !== true) return `It has not run since: if its next run fails, ${undoes}`
  return first(properties, 'ActiveState') === 'inactive'
    ? `Proven in clones only, and not yet started live: if its next run fails, ${undoes}`
    : `It runs for the first time since it was kept: if this run fails, ${undoes}`
}

/** What is kept for a unit, since when, and whether the running unit shows it. */
async function statusOfUnit(host: Host, given: string, { words, tell }: Voice): Promise<number> {
  const name = serviceName(given)
  const properties = await showUnit(host, name)
  const unit = first(properties, 'Id') || name
  const say = words.out
  const stored = await loadState(host, unit)
  if (stored === undefined) {
    if (first(properties, 'LoadState') === 'not-found') throw noSuchUnit(host.manager, unit)
    say(`hardenctl keeps nothing for ${unit}.`)
    return exitCode('done')
  }
  const exposure = await overallExposure(host, unit)
  say(`${unit}: exposure ${formatScore(stored.stock)} before, ${formatScore(exposure ?? 0)} now`)
  if (stored.baseline?.answers.length === 0)
    say(
      '  No check: no check could ask it anything when it was hardened; hardenctl compared only processes and listeners.',
    )
  if (stored.reached !== undefined) say(`  ${reachLine(stored.reached)}`)
  const now = await keptNow(host, stored, properties, await syscallGroups(host))
  const { committed, unfinished, wrong } = now
  if (committed && stored.pending)
    say(`Stage ${titleOf(stored.pending.stage)} was kept last; the next hardenctl records it.`)
  if (unfinished) say('A trial is unfinished; hardenctl ends it at its next start.')
  for (const { stage, before, after, at, assignments } of stored.kept) {
    say(`  ${titleOf(stage)}: ${formatScore(before)} → ${formatScore(after)}, kept ${at}`)
    for (const { key, value } of assignments) if (value !== '') say(`    ${key}=${value}`)
  }
  if (stored.kept.length > 0) {
    const age = await proofAge(host, stored)
    say(`  ${age.proof} ${ageWords(age)}`)
  }
  if (await standsBy(host, unit)) say(`  ${standByWords(stored, properties)}`)
  for (const { key, asked, shown } of wrong)
    say(`  NOT IN FORCE ${key}: asked ${asked}, the unit shows ${shown}`)
  if (first(properties, 'NeedDaemonReload') === 'yes')
    say('  unit files changed on disk: run systemctl daemon-reload')
  say(
    wrong.length === 0
      ? 'Everything that was kept is in force.'
      : 'Not everything that was kept is in force.',
  )
  const saved = await askSaved(host, unit, stored.baseline?.answers)
  for (const { holds, line } of saved) say(`  ${holds ? 'ok' : 'FAILS'} ${line}`)
  tell(keptEvent(stored, now, exposure, saved))
  return exitCode(wrong.length === 0 && saved.every(({ holds }) => holds) ? 'done' : 'not-in-force')
}
