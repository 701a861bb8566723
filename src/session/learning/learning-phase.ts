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
import type { Baseline } from '../../trial/health/baseline.ts'
import { bootStage } from '../proof/clone-pool.ts'
import { controlOf } from '../proof/control.ts'
import type { WalkContext } from '../walk/context.ts'

/**
 * Plays the life of the service once in a clone under strace. `written` lists other changes in the clone's upper layer.
 */
async function follow(
  { live, signal, rehearsing }: WalkContext,
  clone: Clone,
  facts: Facts,
  baseline: Baseline,
  written: () => Promise<WrittenPath[]>,
): Promise<{ facts: LearnedFacts; trace: Learned } | { why: string }> {
  const { unit, architecture, systemd, kernel, executables } = facts
  const control = controlOf(rehearsing)
  const whole = { ...baseline, full: control.full }
  const phases = lifecycleOf(clone.host, { facts, baseline: whole, borne: control, signal })
  const result = await learn(clone, { unit, architecture, phases, signal })
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

/** Merges the new facts with the known ones, and stores them. */
async function learnedFrom(
  { learning, store }: WalkContext,
  found: Awaited<ReturnType<typeof follow>>,
): Promise<void> {
  if ('why' in found) learning.notFollowed(found.why)
  else await store.save({ learned: learning.followed(found, store.state.kept.length) })
}

/**
 * Follows the service through its life with strace, in a clone of its own: only this shows what it opens at its start
 * and what it does at a reload. Merges the result with that of earlier sessions. If it cannot be followed, stores the
 * reason in one line, and the walk continues with /proc and the trials.
 */
export async function learningPhase(context: WalkContext, baseline: Baseline): Promise<void> {
  const { live, rehearsing, learning, subject, signal, dispatch, timings } = context
  if (rehearsing === undefined) return
  if (!rehearsing.possible) return learning.notFollowed(`no clone can run it: ${rehearsing.why}`)
  dispatch({
    type: 'phase',
    phase: {
      at: 'looking',
      what: 'Following the service with strace in a clone: start, reload, stop',
    },
  })
  let clone: Clone | undefined
  try {
    const facts = await timings.during('look', () => observe(live, subject.unit))
    const { companions } = rehearsing
    const boot = () => bootClone(live, { unit: subject.unit, companions, signal })
    clone = await timings.during('boot of clones', boot)
    const made = clone
    const { host } = made
    const before = await listBeforeService(host)
    const found = await timings.during('tracing', () =>
      follow(context, made, facts, baseline, () => writtenSince(live, host, before)),
    )
    await learnedFrom(context, found)
  } catch (error) {
    signal.throwIfAborted()
    learning.notFollowed(reasonOf(error))
  } finally {
    await clone?.dispose()
  }
}

/**
 * Follows the service again after stages were kept: with its account and its limits it makes other calls. If that
 * fails, earlier facts stay.
 */
export async function learnAgain(context: WalkContext, baseline: Baseline): Promise<void> {
  const { host, rehearsing, subject, signal, dispatch, store, learning, timings } = context
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
  const stand = await timings.during('boot of clones', () => bootStage(context, facts, baseline))
  if (!('clone' in stand)) return
  try {
    const found = await timings.during('tracing', () =>
      follow(context, stand.clone, facts, baseline, async () => []),
    )
    await learnedFrom(context, found)
  } catch (error) {
    signal.throwIfAborted()
    reasonOf(error)
  } finally {
    await stand.clone.dispose()
  }
}
