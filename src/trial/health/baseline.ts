import { setTimeout as pause } from 'node:timers/promises'
import type { Host } from '../../host/host.ts'
import type { SocketFacts } from '../../observe/facts.ts'
import { type Asked, answerTo } from './ask.ts'
import type { Check } from './check.ts'
import type { FullCheck } from './full/exchange.ts'

/** One address that the service's processes hold, as it must be held again after a restart. */
export interface Listener {
  family: SocketFacts['family']
  type: SocketFacts['type']
  address: string
  port: number
}

/** The answer of an exercise that gives a oneshot work: it is not played on the live host. */
export const IN_CLONES = 'in clones only'

export interface CheckAnswer {
  check: Check
  /** What it answered every time: "200", "connected", "exit 0". */
  answer: string
  /** A hash of all that was heard, where it was the same every time; other content is an oddity. */
  content?: string | undefined
}

/**
 * A oneshot (Type=oneshot) does its work and ends, so that nothing of it can be asked: the measure is how it runs in
 * clones without hardening. What two such runs did not do alike is not in it.
 */
export interface OneshotBaseline {
  /** User= without hardening. */
  user: string
  /** Kinds of lines that it logs, as kindOfLine() makes them; absent until it has run in a clone. */
  lines?: string[]
  /** What it leaves behind, as marksOf() writes it; absent until it has run in a clone. */
  left?: string[]
}

/** The definition of healthy for this service: its answers before any change. */
export interface Baseline {
  listeners: Listener[]
  answers: CheckAnswer[]
  /** Milliseconds its last start took, from the job's begin to active; of a oneshot, its run. */
  startMs: number
  /** Milliseconds after its start for which the unhardened service did not listen or answer yet, as a clone showed. */
  upMs?: number
  /** The set of processes changes even at rest (a service that forks jobs), so it can't be asked to come to rest. */
  restless: boolean
  /** It has processes while it is active, though PID 1 may know no main one. */
  populated?: true
  /** Of the trials in a clone alone: what else is played, which went well without hardening. */
  full?: readonly FullCheck[]
  /** Present for a oneshot. */
  oneshot?: OneshotBaseline
  /** The service is stopped on the live host: the rest is what a start in a clone showed. */
  stopped?: true
}

/** hardenctl starts it in clones alone; on the live host what is kept waits for the unit's own next start. */
export function waitsForStart({ oneshot, stopped }: Baseline): boolean {
  return oneshot !== undefined || stopped === true
}

/** The same service once it runs on the live host. */
export function asRunning({ stopped: _, ...baseline }: Baseline): Baseline {
  return baseline
}

/** Where a probe can reach a listener from the same machine. */
export function reachable(address: string): string {
  if (address === '0.0.0.0' || address === '::') return address === '::' ? '::1' : '127.0.0.1'
  return address
}

/** The processes that hold one of these sockets. */
function holdersOf(sockets: readonly SocketFacts[]): number[] {
  return [...new Set(sockets.flatMap(({ pids }) => pids))]
}

/**
 * A name that contains the pid of one of its processes changes at each start; "{pid}" replaces the pid. Another number
 * in such a name counts something, reloads often; "{n}" replaces it.
 */
function lastingName(address: string, pids: readonly number[]): string {
  const isPid = (number: string) => pids.includes(Number(number))
  if (!address.match(/\d+/g)?.some(isPid)) return address
  return address.replaceAll(/\d+/g, (number) => (isPid(number) ? '{pid}' : '{n}'))
}

/**
 * The address of a socket, as it is the same after each start; `all` are the sockets of the service, since another
 * process than its holder may have named it.
 */
export function lastingAddress({ family, address }: SocketFacts, all: readonly SocketFacts[]): string {
  return family === 'AF_UNIX' ? lastingName(address, holdersOf(all)) : address
}

/** What tells one listener from another. */
export function listenerKey({ family, type, address, port }: Listener): string {
  return `${family} ${type} ${address} ${port}`
}

/** Listening sockets worth holding a service to. Datagram sockets with a port count; ephemeral clients do not. */
export function listenersOf(sockets: readonly SocketFacts[]): Listener[] {
  const seen = new Map<string, Listener>()
  for (const socket of sockets) {
    const { family, type, state, port } = socket
    const address = lastingAddress(socket, sockets)
    const unix = family === 'AF_UNIX' && state === 'listening'
    const stream = type === 'stream' && state === 'listening'
    const datagram =
      type === 'datagram' && family !== 'AF_UNIX' && state !== 'connected' && port > 0 && port < 32768
    if (!(unix || stream || datagram)) continue
    const listener = { family, type, address, port }
    seen.set(listenerKey(listener), listener)
  }
  return [...seen.values()].sort((a, b) => a.port - b.port || (a.address < b.address ? -1 : 1))
}

/**
 * Asks several times, and plays exercises once, in their order; the answers of each check in the order they came. `play`
 * plays one exercise, and may look at the service meanwhile.
 */
export async function measure(
  host: Host,
  checks: readonly Check[],
  times: number,
  play: (check: Check) => Promise<Asked> = (check) => answerTo(host, check),
): Promise<Asked[][]> {
  const answers: Asked[][] = checks.map(() => [])
  for (let round = 0; round < times; round += 1) {
    const all = await Promise.all(
      checks.map((check) => (isExercise(check) ? undefined : answerTo(host, check))),
    )
    for (const [index, asked] of all.entries()) if (asked) answers[index]?.push(asked)
    if (round < times - 1) await pause(200)
  }
  for (const [index, check] of checks.entries()) {
    if (isExercise(check)) answers[index]?.push(await play(check))
  }
  return answers
}

/** The content of a check, where it was asked several times and the same each time; undefined otherwise. */
export function lastingContent(asked: readonly Asked[]): string | undefined {
  const different = new Set(asked.map(({ content }) => content))
  return asked.length > 1 && different.size === 1 ? asked[0]?.content : undefined
}

export function isExercise({ kind }: Check): boolean {
  return kind === 'exercise'
}

interface Answered {
  answers: readonly CheckAnswer[]
}

/** A person plays it by an exercise. */
export function isExercised({ answers }: Answered): boolean {
  return answers.some(({ check }) => isExercise(check))
}

/** How many questions are asked, and how many exercises are played. */
export function countsOf({ answers }: Answered): { checks: number; exercises: number } {
  const exercises = answers.filter(({ check }) => isExercise(check)).length
  return { checks: answers.length - exercises, exercises }
}

/** Why a check that was asked several times can't decide health, or undefined. */
export function problemOf(asked: readonly Asked[]): string | undefined {
  const different = new Set(asked.map(({ answer }) => answer))
  if (different.size > 1) return `answers differently each time (${[...different].join(', ')})`
  const failed = asked.find(({ ok }) => !ok)
  return (
    failed && `already fails now (${[failed.answer, failed.words, failed.whom].filter(Boolean).join('; ')})`
  )
}
