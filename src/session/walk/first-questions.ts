import { few, unique } from '../../catalog/common/proposal.ts'
import { OpenUndo, reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts, SocketFacts } from '../../observe/facts.ts'
import { socketFiles, whereItLeads } from '../../observe/proc/unix-path.ts'
import type { Clone } from '../../rehearsal/boot/clone.ts'
import { cloneProblem } from '../../rehearsal/boot/clone-problem.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { type Listener, lastingAddress, listenersOf, reachable } from '../../trial/health/baseline.ts'
import { without } from '../../trial/health/changing-listeners.ts'
import type { Check } from '../../trial/health/check.ts'
import { listenerLabel } from '../../trial/health/judge.ts'
import { protocolOfPort } from '../../trial/health/protocols/index.ts'
import { type Endpoint, type Recognised, recognise } from '../../trial/health/recognise.ts'
import { Survival } from '../../trial/health/survival.ts'
import { type Asker, type Left, listeningClone, mayPass, NONE_LEFT } from './listening-clone.ts'

/** The checks that are proposed, and what a person should know of how they came about. */
interface FirstQuestions {
  checks: Check[]
  notes: string[]
  /** What the service is held to: where it listens after each start. */
  listeners: Listener[]
}

interface Asked {
  label: string
  to: Endpoint
}

/** For all that is tried in the clone, where a port gives no sign. */
const BOLD_LIMIT_MS = 15_000

const NOT_ASKED = 'hardenctl compares it but does not ask it'
const NOT_COMPARED = 'hardenctl does not compare it'
const CHOSEN_ANEW = 'the service chose another one when it was started in a clone'
const PASSING = 'it is there for a request, since a start in a clone does not bring it'

async function unixEndpoint(
  host: Host,
  facts: Facts,
  socket: SocketFacts,
  files: ReadonlyMap<string, string>,
): Promise<Endpoint | { why: string }> {
  if (!socket.address.startsWith('/')) return { why: 'it has no path' }
  if (socket.type !== 'stream') return { why: 'it takes datagrams or packets' }
  const holders = facts.processes.filter(({ pid }) => socket.pids.includes(pid))
  const place = await whereItLeads(
    host,
    socket,
    holders.map(({ root }) => root).filter((root) => root.startsWith('/')),
    files,
  )
  if ('why' in place) return place
  const { path } = place
  if (lastingAddress({ ...socket, address: path }, facts.sockets) !== path)
    return { why: 'a process id in its name makes it another one after each start' }
  return { transport: 'unix', path }
}

function portEndpoint({ type, address, port }: SocketFacts): Endpoint | { why: string } {
  const to = { address: reachable(address), port }
  if (type === 'stream') return { transport: 'tcp', ...to }
  if (protocolOfPort('udp', port) !== undefined) return { transport: 'udp', ...to }
  return { why: 'no protocol is known for it' }
}

/** Endpoints where the service can be asked, each port once; sentences about the others. */
async function endpointsOf(host: Host, facts: Facts): Promise<{ asked: Asked[]; notes: string[] }> {
  const found = new Map<string, Asked>()
  const left: { label: string; why: string }[] = []
  const listeners = listenersOf(facts.sockets)
  const named = listeners.some(({ family, address }) => family === 'AF_UNIX' && address.startsWith('/'))
  const files = named ? await socketFiles(host) : new Map<string, string>()
  for (const listener of listeners) {
    const socket = facts.sockets.find(
      (one) =>
        listenersOf([one]).length > 0 &&
        listenerLabel({ ...one, address: lastingAddress(one, facts.sockets) }) === listenerLabel(listener),
    )
    if (socket === undefined) continue
    const label = listenerLabel(listener)
    const unix = socket.family === 'AF_UNIX'
    const to = unix ? await unixEndpoint(host, facts, socket, files) : portEndpoint(socket)
    const key = unix ? label : `${socket.type} ${socket.port}`
    if ('why' in to) left.push({ label, why: to.why })
    else if (!found.has(key)) found.set(key, { label, to })
  }
  return { asked: [...found.values()], notes: leftNotes(left) }
}

/** A sentence for each reason: a mail server alone has dozens of sockets. */
export function leftNotes(left: readonly { label: string; why: string }[], so = NOT_ASKED): string[] {
  return unique(left.map(({ why }) => why)).map((reason) => {
    const [one, ...others] = left.filter(({ why }) => why === reason).map(({ label }) => label)
    const more = others.length === 0 ? '' : ` (the same for ${few(others, 2)})`
    return `${one}: ${reason}; ${so}${more}`
  })
}

/** What each listener answers in a clone, which forgets what it was asked. */
async function recognisedInClone(
  context: Asker,
  facts: Facts,
  asked: readonly Asked[],
): Promise<{ found: Map<Asked, Recognised>; left: Left; why?: string }> {
  const { live, options, subject, signal } = context
  const found = new Map<Asked, Recognised>()
  if (!options.rehearse) return { found, left: NONE_LEFT }
  if (asked.length === 0 && (await mayPass(live, facts)).length === 0) return { found, left: NONE_LEFT }
  const problem = await cloneProblem(live)
  if (problem !== undefined) return { found, left: NONE_LEFT, why: problem }
  let clone: Clone | undefined
  let left = NONE_LEFT
  try {
    const listening = await listeningClone(context, facts)
    if (listening === undefined)
      return { found, left, why: 'the service does not listen in it as it does live' }
    clone = listening.clone
    left = listening
    const survival = await Survival.watch(clone.host, subject.unit)
    const until = performance.now() + BOLD_LIMIT_MS
    for (const one of stayingOf(asked, left)) {
      signal.throwIfAborted()
      const boldness = performance.now() < until ? 'any' : 'signs'
      const recognised = await recognise(clone.host, one.to, boldness, () => survival.holds())
      found.set(one, recognised)
      if (recognised.ended !== undefined && !(await survival.revive())) break
    }
  } catch (error) {
    // A question that no clone could answer is asked live, but only if a sign supports the protocol.
    signal.throwIfAborted()
    return { found, left: NONE_LEFT, why: reasonOf(error) }
  } finally {
    // PID 1 ends what is left of it.
    await clone?.dispose().catch(() => undefined)
  }
  return { found, left }
}

function stayingOf(asked: readonly Asked[], { changing, passing }: Left): Asked[] {
  const labels = new Set([...changing, ...passing].map(listenerLabel))
  return asked.filter(({ label }) => !labels.has(label))
}

/** A question that ended the live service is not asked again; if the service cannot start again, the walk ends. */
export async function reviveLive(survival: Survival, unit: string, question: string): Promise<string> {
  if (await survival.revive())
    return `The service ended when it was asked ${question}; hardenctl started it again and will not ask that again`
  throw new OpenUndo(
    `${unit} ended when it was asked ${question}, and hardenctl could not start it again`,
    `Nothing else was changed. systemctl status ${shortName(unit)} says more.`,
  )
}

/**
 * The checks that could decide health. A clone is asked first which protocol each listener speaks, if one can be had.
 * The live service is sent only what was answered there or what a sign supports. Throws OpenUndo if a question ended the
 * service for good.
 */
export async function firstQuestions(context: Asker, facts: Facts): Promise<FirstQuestions> {
  const { live, subject } = context
  const { asked, notes } = await endpointsOf(live, facts)
  const { found: inClone, left, why } = await recognisedInClone(context, facts, asked)
  const saying = (gone: readonly Listener[], so: string) =>
    leftNotes(
      gone.map((one) => ({ label: listenerLabel(one), why: so })),
      NOT_COMPARED,
    )
  notes.push(...saying(left.changing, CHOSEN_ANEW), ...saying(left.passing, PASSING))
  if (why !== undefined)
    notes.push(
      `No clone could be asked first: ${why}. hardenctl asks a live port only in a protocol that it shows a sign of`,
    )
  const survival = await Survival.watch(live, subject.unit)
  // A service that is stopped on the host is asked in a clone alone.
  const boldness = live.isClone ? 'any' : 'signs'
  const checks: Check[] = []
  for (const one of stayingOf(asked, left)) {
    const there = inClone.get(one)
    const { check, ended } = there ?? (await recognise(live, one.to, boldness, () => survival.holds()))
    if (check !== undefined) checks.push(check)
    else if (ended === undefined) notes.push(`${one.label}: it answers in no known protocol; ${NOT_ASKED}`)
    if (ended === undefined) continue
    notes.push(
      there === undefined
        ? await reviveLive(survival, subject.unit, ended)
        : `In a clone the service ended when ${one.label} was asked ${ended}: hardenctl does not ask that live`,
    )
  }
  const listeners = without(listenersOf(facts.sockets), [...left.changing, ...left.passing])
  return { checks, notes, listeners }
}
