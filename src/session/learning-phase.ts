import type { Facts } from '../observe/facts.ts'
import { type LearnedFacts, learnedFacts, mergeLearned } from '../observe/learned-facts.ts'
import { observe } from '../observe/observe.ts'
import { packageVersions } from '../observe/packages.ts'
import { bootClone, type Clone } from '../rehearsal/clone.ts'
import { learn } from '../rehearsal/learn.ts'
import { lifeOf } from '../rehearsal/life.ts'
import { listBeforeService, writtenSince } from '../rehearsal/written.ts'
import type { Baseline } from '../trial/baseline.ts'
import type { Learning, WalkContext } from './context.ts'

async function follow(
  { live, signal }: WalkContext,
  clone: Clone,
  facts: Facts,
  baseline: Baseline,
): Promise<LearnedFacts | { why: string }> {
  const before = await listBeforeService(clone.host)
  const { unit, architecture, systemd, kernel, executables } = facts
  const phases = lifeOf(clone.host, { facts, baseline, signal })
  const result = await learn(clone, { unit, architecture, phases, signal })
  if ('why' in result) return result
  const packages = await packageVersions(
    live,
    executables.map(({ path }) => path),
  )
  const written = await writtenSince(live, clone.host, before)
  return learnedFacts(result.learned, written, { systemd, kernel, packages }, result.cut)
}

/**
 * Follows the service through its life with strace, in a clone made for it: what it opens only at its start and what
 * it does at a reload is seen nowhere else. What was learned in earlier sessions is merged with it. Where it can't be
 * followed, says why in one line, and the walk goes on with what /proc and the trials show.
 */
export async function settleLearning(context: WalkContext, baseline: Baseline): Promise<Learning> {
  const { live, rehearsing, stored, subject, signal, dispatch } = context
  // JSON knows no undefined: a field that may be left out never holds one.
  const known = stored.learned as LearnedFacts | undefined
  const earlier: Learning = known === undefined ? {} : { facts: known }
  if (rehearsing === undefined) return earlier
  if (rehearsing.why !== undefined)
    return { ...earlier, why: `there is no clone to follow it in: ${rehearsing.why}` }
  dispatch({
    type: 'phase',
    phase: {
      at: 'looking',
      what: 'Following the service with strace in a clone, through start, reload and stop',
    },
  })
  let clone: Clone | undefined
  try {
    const facts = await observe(live, subject.unit)
    clone = await bootClone(live, { unit: subject.unit, alsoStart: rehearsing.companions, signal })
    const found = await follow(context, clone, facts, baseline)
    if ('why' in found) return { ...earlier, why: found.why }
    const learned = mergeLearned(known, found)
    await context.save({ learned })
    return { facts: learned }
  } catch (error) {
    signal.throwIfAborted()
    return { ...earlier, why: (error as Error).message.split('\n')[0] as string }
  } finally {
    await clone?.dispose()
  }
}
