import type { Host } from '../../host/host.ts'
import { isBelowAny } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import { filesInLayers } from '../../rehearsal/compare/files-in-layers.ts'
import type { FullCheck, FullExchange } from '../../trial/health/full/exchange.ts'
import { fullExchangeOf } from '../../trial/health/full/index.ts'
import { type Held, holdFull, lookFor, takenAway } from '../../trial/health/full/play-full.ts'
import { takeSnapshot } from '../../trial/health/unit-snapshot.ts'
import type { TrialContext } from '../../trial/transaction/trial.ts'
import { type FullPlace, fullPlaces, recipientsOf } from './full-places.ts'
import { halfPlayed, type Unplayed, unplayedNotes } from './full-words.ts'
import { withZones } from './full-zones.ts'

/** For a first copy: a daemon that delivers later than that does so by a queue of hours. */
const COPY_LIMIT_MS = 6000
/** Of what the control took; and the least, since a machine may be busy. */
const PATIENCE = 4
const LEAST_WAIT_MS = 5000
/** A server that takes a mail for one of them and delivers it nowhere may deliver another one. */
const MOST_TAKEN = 2

const MAILBOXES = ['/var/mail', '/var/spool/mail']
const LOGS = ['/var/log']

const isNoLog = (path: string) => !isBelowAny(path, LOGS)

type Copy = { path: string; ms: number; expected: boolean }

/** The longest folder or file that both are, or are below. */
export function commonPlace(one: string, other: string): string {
  if (one === other) return one
  const [names, others] = [one.split('/'), other.split('/')]
  const differs = names.findIndex((name, index) => name !== others[index])
  return names.slice(0, differs).join('/') || '/'
}

/** Waits for a copy where one is expected, else takes one that came elsewhere. */
async function copyOf(
  host: Host,
  held: Extract<Held, { token: string }>,
  isExpected: (path: string) => boolean,
  limitMs: number,
): Promise<Copy | undefined> {
  const began = performance.now()
  let elsewhere: string | undefined
  const path = await lookFor(limitMs, async () => {
    const paths = await filesInLayers(host, held)
    elsewhere = paths.find(isNoLog)
    return paths.find(isExpected)
  })
  const ms = performance.now() - began
  if (path !== undefined) return { path, ms, expected: true }
  return elsewhere === undefined ? undefined : { path: elsewhere, ms: 0, expected: false }
}

/** Holds it twice and follows both copies: where they come to is where each later one has to come. */
async function withCopies(
  { host }: TrialContext,
  exchange: FullExchange,
  check: FullCheck,
  places: readonly string[],
): Promise<FullCheck | Unplayed> {
  const held = await holdFull(host, check)
  if ('why' in held) return { check, ...held }
  const inPlace = (path: string) => isBelowAny(path, places)
  const first = await copyOf(host, held, inPlace, COPY_LIMIT_MS)
  const isMailbox = first?.expected === true && exchange.arrives === 'mail'
  if (isMailbox) await takenAway(host, first.path)
  const again = await holdFull(host, check)
  if ('why' in again) return { check, ...again }
  if (first === undefined) return { ...check, done: 'taken', partly: true }
  const limitMs = first.expected ? Math.max(LEAST_WAIT_MS, first.ms * PATIENCE) : LEAST_WAIT_MS
  const second = await copyOf(host, again, first.expected ? inPlace : isNoLog, limitMs)
  if (second === undefined)
    return { check, why: 'a second one did not come where the first one came', password: false }
  const folder = commonPlace(first.path, second.path)
  const waitMs = Math.round(Math.max(LEAST_WAIT_MS, PATIENCE * Math.max(first.ms, second.ms)))
  const done = first.expected ? `${exchange.done} to ${folder}` : `taken and kept below ${folder}`
  const anew = isMailbox ? await takenAway(host, second.path) : undefined
  const arrival = { folder, waitMs, ...(anew === undefined ? {} : { anew }) }
  return {
    ...check,
    done,
    arrival,
    ...(first.expected || exchange.arrives === 'log' ? {} : { partly: true }),
  }
}

function isPlayed(result: FullCheck | Unplayed): result is FullCheck {
  return !('why' in result)
}

/** A mail for the first account for which one is delivered; else one that is at least taken. */
async function mailed(
  trials: TrialContext,
  exchange: FullExchange,
  check: FullCheck,
): Promise<FullCheck | Unplayed> {
  let taken: FullCheck[] = []
  let refused: Unplayed | undefined
  for (const { user, home, address } of await recipientsOf(trials.host)) {
    const places = home === '' || home === '/' ? MAILBOXES : [...MAILBOXES, home]
    const wanted = { ...check, thing: `a mail to ${user}`, address }
    const result = await withCopies(trials, exchange, wanted, places)
    if (!isPlayed(result)) refused ??= { ...result, check }
    else if (result.partly === undefined) return result
    else taken = [...taken, result]
    if (!isPlayed(result) && result.password) return { ...result, check }
    if (taken.length >= MOST_TAKEN) break
  }
  const kept = taken.find(({ arrival }) => arrival !== undefined)
  return kept ?? taken[0] ?? refused ?? { check, why: 'nobody could be written to', password: false }
}

/** Undefined where there is nothing to play, and nobody to tell. */
async function inFull(
  trials: TrialContext,
  facts: Facts,
  { protocol, to }: FullPlace,
): Promise<FullCheck | Unplayed | undefined> {
  const exchange = fullExchangeOf(protocol) as FullExchange
  const check: FullCheck = { protocol, to, thing: exchange.thing, done: exchange.done }
  if (protocol === 'DNS') return withZones(trials.host, facts, check)
  if (exchange.arrives === 'mail') return mailed(trials, exchange, check)
  if (exchange.arrives === 'log') {
    const logged = await withCopies(trials, exchange, check, LOGS)
    const nowhere = isPlayed(logged) && logged.arrival === undefined
    return nowhere ? { check, why: 'it came to no file', password: false } : logged
  }
  for (let time = 0; time < 2; time += 1) {
    const held = await holdFull(trials.host, check)
    if ('why' in held) return { check, ...held }
  }
  return check
}

/**
 * The full exchanges that the unhardened service passes in a clone, at one place for each protocol, and sentences about
 * the others. The service runs; after an exchange that ended it, none is played.
 */
export async function playFullControl(
  trials: TrialContext,
  facts: Facts,
): Promise<{ full: FullCheck[]; notes: string[] }> {
  const { host, unit, baseline } = trials
  const places = fullPlaces(facts, baseline)
  const full: FullCheck[] = []
  const unplayed: Unplayed[] = []
  const before = await takeSnapshot(host, unit)
  for (const place of places) {
    trials.signal?.throwIfAborted()
    const known = full.some(({ protocol }) => protocol === place.protocol)
    if (known || fullExchangeOf(place.protocol) === undefined) continue
    const result = await inFull(trials, facts, place)
    const after = await takeSnapshot(host, unit)
    if (after.active !== 'active' || after.invocation !== before.invocation) {
      const why = 'the service ended then'
      if (result !== undefined)
        unplayed.push({ check: isPlayed(result) ? result : result.check, why, password: false })
      return { full: [], notes: unplayedNotes(unplayed, [], baseline) }
    }
    if (result === undefined) continue
    if (isPlayed(result)) full.push(result)
    else unplayed.push(result)
  }
  const lacking = unplayed.filter(({ check }) => !full.some(({ protocol }) => protocol === check.protocol))
  return { full, notes: unplayedNotes([...lacking, ...full.flatMap(halfPlayed)], places, baseline) }
}
