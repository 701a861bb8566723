import type { Stage } from '../../catalog/common/types.ts'
import { isExpected } from '../../host/errors.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { keep } from '../../trial/transaction/keep.ts'
import { TrialError } from '../../trial/transaction/trial.ts'
import type { Learning } from '../learning/learning.ts'
import { learnAgain } from '../learning/learning-phase.ts'
import { bootStage, type PreparedClone, trialsIn } from '../proof/clone-pool.ts'
import { setVerdict } from '../proof/proof-plan.ts'
import { Rehearsal } from '../proof/rehearsal.ts'
import { StageProving } from '../proof/stage-proving.ts'
import { changeKey, refusedUnder } from '../proof/verdicts.ts'
import type { KeptStage } from '../store/store.ts'
import type { WalkContext } from '../walk/context.ts'
import { PendingChange } from '../walk/pending-change.ts'
import { dropInParts, withStage } from './drop-in-parts.ts'
import { lookAt } from './look.ts'
import { changeOf, type StageWork } from './stage-work.ts'

/** A stage that is being proven in clones where the stage before it is in force already. */
export interface Coming {
  proving: StageProving
  /** The stage as it was found there, before any verdict. */
  begun: StageWork
  /** What following the service there has told. */
  learning: Learning
}

interface Course {
  stage: Stage
  /** The set on top of which it is proven. */
  set: string
  /** What must be kept when the walk arrives. */
  kept: string
  coming: Promise<Coming | { error: unknown }>
  stop: AbortController
}

function keyOf(kept: readonly KeptStage[]): string {
  return JSON.stringify(kept.map(({ stage, assignments }) => [stage, assignments]))
}

/** The one of these stages after this one that the walk will prove without asking anybody before. */
function stageAfter(stages: readonly Stage[], stage: Stage, { options }: WalkContext): Stage | undefined {
  const next = stages.slice(stages.indexOf(stage) + 1).find((one) => options.stages.includes(one))
  return next === 'syscalls' && options.learnLive !== undefined ? undefined : next
}

/**
 * The next stage, which is looked at and proven while a person reads the present one or the live service is tried with
 * it: in the very clone in which the present one held. A verdict of it counts only if the walk arrives with the same
 * stages kept and finds the same rows.
 */
export class Ahead {
  readonly #stages: readonly Stage[]
  #course: Course | undefined
  readonly #ending = new Set<Promise<void>>()

  /** `stages` are those that are walked. */
  constructor(stages: readonly Stage[]) {
    this.#stages = stages
  }

  /** Goes ahead once the ticked set is proven and nothing more is asked; turns round when it is another set. */
  follow(context: WalkContext, baseline: Baseline, proving: StageProving): void {
    const { work } = proving
    const set = `${work.stage} ${changeKey(changeOf(work))}`
    if (this.#course !== undefined && this.#course.set !== set) this.#end()
    const isReady = proving.set.state === 'proven' && !proving.proving
    if (this.#course !== undefined || !isReady || context.host !== context.live) return
    const stage = stageAfter(this.#stages, work.stage, context)
    const rehearsal = stage && proving.handOver()
    if (stage === undefined || rehearsal === undefined) return
    const stop = new AbortController()
    const kept = keptWith(context, work, rehearsal)
    const refused = refusedUnder(setVerdict(work, proving.proofs))
    const on = { stage, work, kept, refused, rehearsal }
    const coming = this.#prepare(context, baseline, on, stop.signal).catch(async (error: unknown) => {
      await rehearsal.dispose()
      return { error }
    })
    this.#course = { stage, set, kept: keyOf(kept), coming, stop }
  }

  /** What was proven of this stage, if the walk arrives at it as expected. Throws what was a bug. */
  async arrive(context: WalkContext, stage: Stage): Promise<Coming | undefined> {
    const course = this.#course
    if (course === undefined) return undefined
    if (course.stage !== stage || course.kept !== keyOf(context.store.state.kept)) {
      await this.drop()
      return undefined
    }
    this.#course = undefined
    const coming = await context.timings.during('look', () => course.coming)
    if ('error' in coming) {
      if (!isExpected(coming.error)) throw coming.error
      return undefined
    }
    context.learning.take(coming.learning)
    const { facts } = context.learning
    if (facts !== undefined) await context.store.save({ learned: facts })
    return coming
  }

  /** Ends what goes on ahead, and waits until its clones are gone. */
  async drop(): Promise<void> {
    this.#end()
    await Promise.all(this.#ending)
  }

  #end(): void {
    const course = this.#course
    this.#course = undefined
    if (course === undefined) return
    course.stop.abort(new TrialError('the stage before it is another one now'))
    const ended = course.coming.then(async (coming) => {
      if ('proving' in coming) await coming.proving.pause()
    })
    this.#ending.add(ended)
    void ended.finally(() => this.#ending.delete(ended))
  }

  async #prepare(
    context: WalkContext,
    baseline: Baseline,
    on: {
      stage: Stage
      work: StageWork
      kept: KeptStage[]
      refused: readonly string[]
      rehearsal: Rehearsal
    },
    stop: AbortSignal,
  ): Promise<Coming> {
    const { stage, work, kept, refused, rehearsal } = on
    const { standing, prepared } = rehearsal
    if (standing === undefined) throw new TrialError('nothing stands in the clone')
    const { passed, trials } = standing
    const parts = dropInParts(kept)
    const done = await keep(trials, passed.trial, parts, passed.report.last?.invocation ?? '')
    if (!done.kept) throw new TrialError(done.reason)
    const walk = await innerWalk(context, prepared, kept, stop)
    walk.pendingChange?.add(changeOf(work), parts)
    walk.learning.complained(refused)
    const base = stage === 'syscalls' ? await followed(walk, baseline, work, prepared) : prepared
    const inner = { ...walk, host: base.clone.host }
    const begun = await lookAt(inner, stage, baseline, undefined, work.facts)
    const clone = { ...base, trials: trialsIn(inner, base.clone, begun.facts, baseline) }
    const openTwin = () => bootStage(inner, begun.facts, baseline)
    const given = new Rehearsal(clone, begun.facts, inner.learning.trace, { openTwin })
    const proving = new StageProving(inner, baseline, begun, () => undefined, given)
    proving.begin({ isAhead: true })
    return { proving, begun, learning: inner.learning }
  }
}

/** The stages that are kept once the present one is. */
function keptWith({ store }: WalkContext, { stage }: StageWork, { standing }: Rehearsal): KeptStage[] {
  const { assignments = [], records = [] } = standing?.passed.trial ?? {}
  const added = { stage, assignments: [...assignments], records: [...records], before: 0, after: 0 }
  return withStage(store.state.kept, { ...added, at: new Date().toISOString() })
}

/** Follows the service in this clone once more, and boots another one for the proofs meanwhile. */
async function followed(
  walk: WalkContext,
  baseline: Baseline,
  { facts }: StageWork,
  prepared: PreparedClone,
): Promise<PreparedClone> {
  const booting = walk.timings.beside('boots', () => bootStage(walk, facts, baseline))
  try {
    await walk.timings.beside('traces', () => learnAgain(walk, baseline, prepared))
  } catch (error) {
    const booted = await booting
    if ('clone' in booted) await booted.clone.dispose()
    throw error
  }
  const booted = await booting
  if ('why' in booted) throw new TrialError(booted.why)
  return booted
}

/** A walk whose host is the clone: nothing of it is shown or stored. */
async function innerWalk(
  context: WalkContext,
  { clone }: PreparedClone,
  kept: KeptStage[],
  stop: AbortSignal,
): Promise<WalkContext> {
  const store = context.store.inMemory()
  await store.save({ kept })
  return {
    ...context,
    host: clone.host,
    pendingChange: new PendingChange(),
    learning: context.learning.copy(),
    store,
    timings: context.timings.aside(),
    signal: AbortSignal.any([context.signal, stop]),
    dispatch: () => undefined,
  }
}
