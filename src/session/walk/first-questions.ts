import { few, unique } from '../../catalog/common/proposal.ts'
import { OpenUndo, reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts, SocketFacts } from '../../observe/facts.ts'
import { processesOfGroup } from '../../observe/proc/control-group.ts'
import { readSocketsOf } from '../../observe/proc/sockets.ts'
import { socketFiles, whereItLeads } from '../../observe/proc/unix-path.ts'
import { bootClone, type Clone } from '../../rehearsal/boot/clone.ts'
import { cloneProblem } from '../../rehearsal/boot/clone-problem.ts'
import { startInClone } from '../../rehearsal/boot/proven-clone.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { type Listener, lastingAddress, listenersOf, reachable } from '../../trial/health/baseline.ts'
import { changingListeners, without } from '../../trial/health/changing-listeners.ts'
import type { Check } from '../../trial/health/check.ts'
import { checkHealth } from '../../trial/health/health.ts'
import { ANY_START, listenerLabel } from '../../trial/health/judge.ts'
import { protocolOfPort } from '../../trial/health/protocols/index.ts'
import { type Endpoint, type Recognised, recognise } from '../../trial/health/recognise.ts'
import { Survival } from '../../trial/health/survival.ts'
import type { WalkBeginning } from './context.ts'

/** The checks that are proposed, and what a person should know of how they came about. */
interface FirstQuestions {
  checks: Check[]
  notes: string[]
  /** What the service is held to: where it listens after each start. */
  listeners: Listener[]
}

/** As much of a walk as the questions take. */
type Asker = Pick<WalkBeginning, 'live' | 'subject' | 'signal' | 'timings'> & {
  options: Pick<WalkBeginning['options'], 'rehearse'>
}

interface Asked {
  label: string
  to: Endpoint
}

/** A clone that lacks what the service needs to start is given up after that: the questions are live then. */
const START_LIMIT_MS = 60_000
/** For all that is tried in the clone, where a port gives no sign. */
const BOLD_LIMIT_MS = 15_000

const NOT_ASKED = 'hardenctl compares it but does not ask it'
const NOT_COMPARED = 'hardenctl does not compare it'
const CHOSEN_ANEW = 'the service chose another one when it was started in a clone'

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

/** A clone in which the service runs and listens as it does live, but on ports that it chooses at each start. */
interface ListeningClone {
  clone: Clone
  changing: Listener[]
}

/** Undefined where there is none. */
async function listeningClone(
  { live, subject, signal, timings }: Asker,
  facts: Facts,
): Promise<ListeningClone | undefined> {
  const { unit } = subject
  const clone = await timings.during('boot of clones', () => bootClone(live, { unit, signal }))
  const listensOn = async (listeners: Listener[]) =>
    checkHealth({
      host: clone.host,
      unit,
      baseline: { listeners, answers: [], startMs: 0, restless: true },
      before: ANY_START,
      since: Date.now(),
      startLimitMs: START_LIMIT_MS,
      executables: [],
      signal,
    })
  try {
    await startInClone(live, clone.host, unit)
    const listeners = listenersOf(facts.sockets)
    if ((await listensOn(listeners)).healthy) return { clone, changing: [] }
    const changing = changingListeners(listeners, await socketsOf(clone.host, unit))
    if (
      changing !== undefined &&
      changing.length > 0 &&
      (await listensOn(without(listeners, changing))).healthy
    )
      return { clone, changing }
  } catch (error) {
    await clone.dispose()
    throw error
  }
  await clone.dispose()
  return undefined
}

async function socketsOf(host: Host, unit: string): Promise<SocketFacts[]> {
  const shown = await showUnit(host, unit, ['ControlGroup', 'MainPID'])
  const pids = await processesOfGroup(host, first(shown, 'ControlGroup'), new Set())
  return readSocketsOf(host, pids, Number(first(shown, 'MainPID')))
}

/** What each listener answers in a clone, which forgets what it was asked. */
async function recognisedInClone(
  context: Asker,
  facts: Facts,
  asked: readonly Asked[],
): Promise<{ found: Map<Asked, Recognised>; changing?: Listener[]; why?: string }> {
  const { live, options, subject, signal } = context
  const found = new Map<Asked, Recognised>()
  if (!options.rehearse || asked.length === 0) return { found }
  const problem = await cloneProblem(live)
  if (problem !== undefined) return { found, why: problem }
  let clone: Clone | undefined
  let changing: Listener[] = []
  try {
    const listening = await listeningClone(context, facts)
    if (listening === undefined) return { found, why: 'the service does not listen in it as it does live' }
    clone = listening.clone
    changing = listening.changing
    const survival = await Survival.watch(clone.host, subject.unit)
    const until = performance.now() + BOLD_LIMIT_MS
    for (const one of stayingOf(asked, changing)) {
      signal.throwIfAborted()
      const boldness = performance.now() < until ? 'any' : 'signs'
      const recognised = await recognise(clone.host, one.to, boldness, () => survival.holds())
      found.set(one, recognised)
      if (recognised.ended !== undefined && !(await survival.revive())) break
    }
  } catch (error) {
    // A question that no clone could answer is asked live, but only if a sign supports the protocol.
    signal.throwIfAborted()
    return { found, why: reasonOf(error) }
  } finally {
    // PID 1 ends what is left of it.
    await clone?.dispose().catch(() => undefined)
  }
  return { found, changing }
}

function stayingOf(asked: readonly Asked[], changing: readonly Listener[]): Asked[] {
  const labels = new Set(changing.map(listenerLabel))
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
  const { found: inClone, changing = [], why } = await recognisedInClone(context, facts, asked)
  const changed = changing.map((one) => ({ label: listenerLabel(one), why: CHOSEN_ANEW }))
  notes.push(...leftNotes(changed, NOT_COMPARED))
  if (why !== undefined)
    notes.push(
      `No clone could be asked first: ${why}. hardenctl asks a live port only in a protocol that it shows a sign of`,
    )
  const survival = await Survival.watch(live, subject.unit)
  // A service that is stopped on the host is asked in a clone alone.
  const boldness = live.isClone ? 'any' : 'signs'
  const checks: Check[] = []
  for (const one of stayingOf(asked, changing)) {
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
  return { checks, notes, listeners: without(listenersOf(facts.sockets), changing) }
}
