import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { invocationJournal, type JournalEntry, unitJournal } from '../../systemd/log/journal.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { lastWords } from '../../trial/diagnosis/diagnosis.ts'
import { Refusal } from './refusal.ts'

function saidBy(journal: readonly JournalEntry[]): string {
  const said = lastWords(journal)
  // The sentence that it stands in has its own full stop.
  return said === undefined ? '' : `; its log says: ${said.replace(/\.$/, '')}`
}

/** How far back the last words of a service may be that ended. */
const LAST_WORDS_MS = 60_000

/** The refusal of a service that systemd restarted so many times, in words of its own log. */
export async function endsAgainAndAgain(host: Host, unit: string, restarts: number): Promise<Refusal> {
  const said = saidBy(await unitJournal(host, unit, Date.now() - LAST_WORDS_MS).catch(orElse([])))
  const times = restarts === 1 ? 'once' : `${restarts} times`
  return new Refusal(
    `${unit} ends by itself, and systemd has restarted it ${times}${said}`,
    `Nothing was changed. ${host.manager.words.log} ${shortName(unit)} says more: repair it first, since no trial could tell what a setting does to it.`,
  )
}

/** The refusal of a service whose last invocation failed with `result`, in words of its own log. */
export async function hasFailed(
  host: Host,
  unit: string,
  result: string,
  invocation: string,
): Promise<Refusal> {
  const said = saidBy(await invocationJournal(host, invocation).catch(orElse([])))
  const { log, systemctl } = host.manager.words
  const name = shortName(unit)
  return new Refusal(
    `${unit} has failed (${result})${said}`,
    `Nothing was changed. ${log} ${name} says more: repair it, ${systemctl} start ${name}, then try again.`,
  )
}
