import type { Host } from '../../host/host.ts'
import { configurationTexts } from '../../observe/config/configuration-texts.ts'
import type { Facts, SocketFacts } from '../../observe/facts.ts'
import { processesOfGroup } from '../../observe/proc/control-group.ts'
import { readSocketsOf } from '../../observe/proc/sockets.ts'
import { bootClone, type Clone } from '../../rehearsal/boot/clone.ts'
import { startInClone } from '../../rehearsal/boot/proven-clone.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { type Listener, listenersOf } from '../../trial/health/baseline.ts'
import { changingListeners, without } from '../../trial/health/changing-listeners.ts'
import { checkHealth } from '../../trial/health/health.ts'
import { ANY_START } from '../../trial/health/judge.ts'
import { passingListeners } from '../../trial/health/passing-listeners.ts'
import type { WalkBeginning } from './context.ts'

/** A clone that lacks what the service needs to start is given up after that: the questions are live then. */
const START_LIMIT_MS = 60_000
/** As much of a walk as the questions take. */
export type Asker = Pick<WalkBeginning, 'live' | 'subject' | 'signal' | 'timings'> & {
  options: Pick<WalkBeginning['options'], 'rehearse'>
}

/**
 * A clone in which the service runs and listens as it does live, but on ports that it chooses at each start, and on those
 * that it opens at a request.
 */
interface ListeningClone extends Left {
  clone: Clone
}

/** Listeners that no start brings again. */
export interface Left {
  changing: Listener[]
  passing: Listener[]
}

export const NONE_LEFT: Left = { changing: [], passing: [] }

/** Those that a request may have opened. */
export async function mayPass(live: Host, facts: Facts): Promise<Listener[]> {
  return passingListeners(facts.sockets, facts.processes, await configurationTexts(live, facts))
}

/** Why listeners are not there where the unhardened service was started; undefined if it is not known of each. */
async function leftBy(live: Host, facts: Facts, there: readonly SocketFacts[]): Promise<Left | undefined> {
  const listeners = listenersOf(facts.sockets)
  const changing = changingListeners(listeners, there)
  if (changing !== undefined) return { changing, passing: [] }
  const may = await mayPass(live, facts)
  const passing = without(may, listenersOf(there))
  const others = changingListeners(without(listeners, passing), there)
  return others && { changing: others, passing }
}

/** Undefined where there is none. */
export async function listeningClone(
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
      isUnhardened: true,
      executables: [],
      signal,
    })
  try {
    await startInClone(live, clone.host, unit)
    const listeners = listenersOf(facts.sockets)
    if ((await listensOn(listeners)).healthy) return { clone, ...NONE_LEFT }
    const left = await leftBy(live, facts, await socketsOf(clone.host, unit))
    const gone = left === undefined ? [] : [...left.changing, ...left.passing]
    if (left !== undefined && gone.length > 0 && (await listensOn(without(listeners, gone))).healthy)
      return { clone, ...left }
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
