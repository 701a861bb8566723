import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Host, Ownership, TalkStep } from '../../../host/host.ts'
import { printableLine } from '../../../host/printable.ts'
import { isWanted } from '../../../host/talk.ts'
import type { FullAnswer, FullCheck, FullExchange } from './exchange.ts'
import { fullExchangeOf } from './index.ts'

/** For all turns of one conversation together. */
const TALK_LIMIT_MS = 10_000
const FIRST_LOOK_MS = 50
const LONGEST_LOOK_MS = 400
const SETTLE_MS = 500
const MAX_WORDS = 100
/** Why an exchange ended where nothing was said. */
export const NO_ANSWER = 'no answer'

/** What the other side said to one playing. */
export type Held =
  | { token: string; since: number }
  /** `password`: it asks for one. */
  | { why: string; password: boolean }

async function talked(
  host: Host,
  { to }: FullCheck,
  steps: readonly TalkStep[],
): Promise<{ heard: string[] } | { why: string; said: string }> {
  const { ok, answer, heard = [] } = await host.probe({ kind: 'talk', to, steps, timeoutMs: TALK_LIMIT_MS })
  if (!ok) return { why: answer, said: '' }
  const stopped = steps.findIndex((step, index) => !isWanted(step, heard[index] ?? ''))
  if (stopped < 0) return { heard }
  const said = heard[stopped] ?? ''
  const words = printableLine(said).trim().slice(0, MAX_WORDS)
  const otherwise = said === '' ? NO_ANSWER : 'another answer came'
  return { why: words === '' ? otherwise : `the answer was “${words}”`, said }
}

/** A datagram to a Unix socket, which Node has none of: logger(1) writes one as every program of the machine does. */
async function logged(host: Host, path: string, token: string): Promise<string | undefined> {
  const { exitCode, stderr } = await host.run(['logger', '-d', '-u', path, '-t', 'hardenctl', '--', token])
  return exitCode === 0 ? undefined : (stderr.trim().split('\n')[0] ?? 'logger failed')
}

/** Holds the conversation, and tells the token that it was about. */
async function hold(host: Host, check: FullCheck, exchange: FullExchange): Promise<Held> {
  const token = `hardenctl-${randomBytes(8).toString('hex')}`
  // The kernel stamps files by a clock that ticks a few times in 10 ms.
  const since = Date.now() - 1000
  if (check.to.transport === 'unix' && exchange.arrives === 'log') {
    const why = await logged(host, check.to.path, token)
    return why === undefined ? { token, since } : { why, password: false }
  }
  const { first, password } = exchange
  const before = first === undefined ? { heard: [] } : await talked(host, check, first.steps)
  if ('why' in before) return { why: before.why, password: password?.test(before.said) === true }
  const told = first?.word(before.heard) ?? ''
  const result = await talked(host, check, exchange.steps({ token, address: check.address ?? '', told }))
  if ('heard' in result) return { token, since }
  return { why: result.why, password: password?.test(result.said) === true }
}

/** Holds the conversation of a full exchange with a service in a clone, and waits for no copy. */
export async function holdFull(host: Host, check: FullCheck): Promise<Held> {
  if (!host.isClone) throw new Error('a full exchange changes the service: only clones play it')
  const exchange = fullExchangeOf(check.protocol)
  if (exchange === undefined) throw new Error(`there is no full exchange of ${check.protocol}`)
  return hold(host, check, exchange)
}

/** Files below `folders` that changed since then (epoch milliseconds) and hold the token. */
export async function filesWith(
  host: Host,
  folders: readonly string[],
  { token, since }: { token: string; since: number },
): Promise<string[]> {
  const argv = ['find', ...folders, '-type', 'f', '-newermt', `@${since / 1000}`]
  const { stdout } = await host.run([...argv, '-exec', 'grep', '-lsF', '--', token, '{}', '+'])
  return stdout.split('\n').filter((line) => line !== '')
}

/** Looks until `found` finds something or the time is up. */
export async function lookFor<T>(
  limitMs: number,
  found: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const until = performance.now() + limitMs
  for (let wait = FIRST_LOOK_MS; ; wait = Math.min(wait * 2, LONGEST_LOOK_MS)) {
    const thing = await found()
    if (thing !== undefined || performance.now() > until) return thing
    await pause(wait)
  }
}

/** Plays a full exchange in a clone from its beginning to its end. */
async function playFull(host: Host, check: FullCheck): Promise<FullAnswer> {
  const { arrival, done } = check
  const held = await holdFull(host, check)
  if ('why' in held) return { check, answer: `not ${done}: ${held.why}` }
  if (arrival === undefined) return { check, answer: done }
  const copy = () => filesWith(host, [arrival.folder], held)
  const found = await lookFor(arrival.waitMs, async () => (await copy())[0])
  if (found === undefined) return { check, answer: `taken, but not ${done}` }
  const { anew } = arrival
  const is = anew === undefined ? undefined : await takenAway(host, found, anew)
  if (anew === undefined || is === undefined || isSame(is, anew)) return { check, answer: done }
  return { check, answer: `${done}, but made as ${ownershipText(is)} and not as ${ownershipText(anew)}` }
}

/** "1000:8 0660" */
function ownershipText({ uid, gid, mode }: Ownership): string {
  return `${uid}:${gid} ${mode.toString(8).padStart(4, '0')}`
}

function isSame(one: Ownership, other: Ownership): boolean {
  return ownershipText(one) === ownershipText(other)
}

/**
 * Removes a copy from a clone; whom it belonged to, undefined where it was gone already. Who writes a file may give it
 * away a moment later, so that another owner than the wanted one gets some time.
 */
export async function takenAway(
  clone: Host,
  path: string,
  wanted?: Ownership,
): Promise<Ownership | undefined> {
  const first = await clone.stat(path)
  const settled = first !== undefined && wanted !== undefined && isSame(first, wanted)
  if (!settled) await pause(SETTLE_MS)
  const stat = settled ? first : await clone.stat(path)
  await clone.remove(path)
  return stat && { uid: stat.uid, gid: stat.gid, mode: stat.mode }
}

/** Milliseconds that one playing takes at most. */
export function longestMs({ arrival }: FullCheck): number {
  return 2 * TALK_LIMIT_MS + (arrival?.waitMs ?? 0)
}

/** Plays them one after the other. */
export async function playAllFull(host: Host, checks: readonly FullCheck[]): Promise<FullAnswer[]> {
  const answers: FullAnswer[] = []
  for (const check of checks) answers.push(await playFull(host, check))
  return answers
}
