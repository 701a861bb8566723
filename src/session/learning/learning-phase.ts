import { startsUnprivileged } from '../../catalog/common/unit-settings.ts'
import { reasonOf } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { packageVersions } from '../../observe/files/packages.ts'
import { observe } from '../../observe/observe.ts'
import type { Learned } from '../../observe/trace/learned.ts'
import { type LearnedFacts, learnedFacts, type WrittenPath } from '../../observe/trace/learned-facts.ts'
import { bootClone, type Clone } from '../../rehearsal/boot/clone.ts'
import { listBeforeService, writtenSince } from '../../rehearsal/compare/overlay-diff.ts'
import { learn } from '../../rehearsal/follow/learn.ts'
import { lifecycleOf } from '../../rehearsal/follow/lifecycle.ts'
import { privilegedPrograms, withInterpreters } from '../../rehearsal/follow/traced-programs.ts'
import { activeSockets } from '../../systemd/manager/control.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { bootStage, type PreparedClone } from '../proof/clone-pool.ts'
import { type Control, stopsSlowly, UNPLAYED } from '../proof/control.ts'
import type { Rehearsing, WalkBeginning, WalkContext } from '../walk/context.ts'
import { lookLive } from '../walk/look-live.ts'

type Found = { facts: LearnedFacts; trace: Learned } | { why: string }
type Clonable = Extract<Rehearsing, { possible: true }>

/**
 * Plays the life of the service once in a clone under strace. `written` lists other changes in the clone's upper layer.
 */
async function follow(
  { live, signal, control }: Pick<WalkBeginning, 'live' | 'signal'> & { control: Control },
  clone: Clone,
  facts: Facts,
  baseline: Baseline,
  written: () => Promise<WrittenPath[]>,
): Promise<Found> {
  const { unit, architecture, systemd, kernel, executables } = facts
  const whole = { ...baseline, full: control.full }
  const sockets = await activeSockets(live, unit.id)
  const phases = lifecycleOf(clone.host, { facts, baseline: whole, sockets, borne: control, signal })
  const isKilled = stopsSlowly(control)
  const result = await learn(clone, { unit, architecture, phases, isKilled, signal })
  if ('why' in result) return result
  const packages = await packageVersions(
    live,
    executables.map(({ path }) => path),
  )
  // After a start that failed most of its life was not seen.
  const cut = result.cut || !result.learned.phases.includes('serve')
  const how = { cut, unprivileged: startsUnprivileged(facts) }
  const { host } = clone
  const acts = [...result.learned.acts, ...(await privilegedPrograms(host, result.learned))]
  const trace = { ...(await withInterpreters(host, result.learned)), acts }
  return { facts: learnedFacts(trace, await written(), { systemd, kernel, packages }, how), trace }
}

/** The walk goes on with /proc and the trials. */
function goOnUnfollowed({ learning, dispatch }: WalkContext, why: string): void {
  learning.notFollowed(why)
  const notes = [`Not followed with strace: ${why}.`]
  dispatch({ type: 'phase', phase: { at: 'looking', what: 'Going on without a trace', notes } })
}

/** Merges the new facts with the known ones, and stores them. */
async function learnedFrom(context: WalkContext, found: Found): Promise<void> {
  const { learning, store } = context
  if ('why' in found) goOnUnfollowed(context, found.why)
  else await store.save({ learned: learning.followed(found, store.state.kept.length) })
}

/**
 * Follows the service through its life with strace, in a clone of its own with these `companions`: only this shows what
 * it opens at its start and what it does at a reload.
 */
async function followInClone(
  context: WalkBeginning,
  baseline: Baseline,
  control: Control,
  companions: readonly string[],
): Promise<Found> {
  const { live, subject, signal } = context
  const facts = await lookLive(context)
  const clone = await bootClone(live, { unit: subject.unit, companions, signal })
  try {
    const { host } = clone
    const before = await listBeforeService(host)
    return await follow({ live, control, signal }, clone, facts, baseline, () =>
      writtenSince(live, host, before),
    )
  } finally {
    await clone.dispose()
  }
}

/** A trace that was begun before it was known what the service bears in a clone. */
export type EarlyTrace = Promise<{ found: Found } | { error: unknown }>

/** Begins to follow the service while other clones find out what it bears there. Never rejects. */
export function followEarly(context: WalkBeginning, baseline: Baseline): EarlyTrace | undefined {
  if (!context.options.rehearse) return undefined
  return context.timings
    .beside('traces', () => followInClone(context, baseline, UNPLAYED, []))
    .then(
      (found) => ({ found }),
      (error: unknown) => ({ error }),
    )
}

/** What was found early, if it was found in a clone as it turned out to be needed. */
async function foundEarly(early: EarlyTrace, { companions, control }: Clonable): Promise<Found | undefined> {
  const ended = await early
  const isAsNeeded = companions.length === 0 && control.reload && control.full.length === 0
  if ('error' in ended || !isAsNeeded || 'why' in ended.found) return undefined
  return ended.found
}

/**
 * Follows the service, and merges the result with that of earlier sessions. If it cannot be followed, stores the reason
 * in one line, and the walk continues with /proc and the trials.
 */
export async function learningPhase(
  context: WalkContext,
  baseline: Baseline,
  early?: EarlyTrace,
): Promise<void> {
  const { rehearsing, learning, signal, dispatch, timings } = context
  if (rehearsing === undefined) return
  if (!rehearsing.possible) return learning.notFollowed(`no clone can run it: ${rehearsing.why}`)
  dispatch({
    type: 'phase',
    phase: {
      at: 'looking',
      what: 'Following the service with strace in a clone: start, reload, stop',
    },
  })
  const { companions, control } = rehearsing
  const play = async () =>
    (early && (await foundEarly(early, rehearsing))) ?? followInClone(context, baseline, control, companions)
  try {
    await learnedFrom(context, await timings.during('tracing', play))
  } catch (error) {
    signal.throwIfAborted()
    goOnUnfollowed(context, reasonOf(error))
  }
}

/**
 * Follows the service again after stages were kept: with its account and its limits it makes other calls. If that
 * fails, earlier facts stay. `given` is a clone with these stages, which is removed afterwards.
 */
export async function learnAgain(
  context: WalkContext,
  baseline: Baseline,
  given?: PreparedClone,
): Promise<void> {
  const { host, live, rehearsing, subject, signal, dispatch, store, learning, timings } = context
  if (rehearsing?.possible !== true) return
  if (!learning.isOutdated(store.state.kept.length)) return
  dispatch({
    type: 'phase',
    phase: {
      at: 'looking',
      what: 'Following the service again in a clone, with the stages kept so far',
    },
  })
  const facts = await timings.during('look', () => observe(host, subject.unit))
  const boot = () => bootStage(context, facts, baseline)
  const stand = given ?? (await timings.during('boot of clones', boot))
  if (!('clone' in stand)) return
  try {
    const found = await timings.during('tracing', () =>
      follow({ live, control: stand.control, signal }, stand.clone, facts, baseline, async () => []),
    )
    await learnedFrom(context, found)
  } catch (error) {
    signal.throwIfAborted()
    reasonOf(error)
  } finally {
    await stand.clone.dispose()
  }
}
