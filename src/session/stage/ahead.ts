import type { Stage } from '../../catalog/common/types.ts'
import { isExpected } from '../../host/errors.ts'
import type { DropInPart } from '../../systemd/settings/drop-in.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { keep } from '../../trial/transaction/keep.ts'
import { TrialError } from '../../trial/transaction/trial.ts'
import type { Learning } from '../learning/learning.ts'
import { learnAgain } from '../learning/learning-phase.ts'
import { bootStage, type PreparedClone, trialsIn } from '../proof/clone-pool.ts'
import { setVerdict } from '../proof/proven.ts'
import { Rehearsal } from '../proof/rehearsal.ts'
import { StageProving } from '../proof/stage-proving.ts'
import { changeKey, refusedUnder } from '../proof/verdicts.ts'
import type { KeptStage } from '../store/store.ts'
import type { WalkContext } from '../walk/context.ts'
import { PendingChange } from '../walk/pending-change.ts'
import { dropInParts, withStage } from './drop-in-parts.ts'
import { lookAt } from './look.ts'
import { looksForProcesses } from './process-finders.ts'
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
    if (looksForProcesses(context.learning.facts, work.facts)) return
    const isReady = proving.set.state === 'proven' && !proving.proving
    if (this.#course !== undefined || !isReady || context.host !== context.live) return
    const stage = stageAfter(this.#stages, work.stage, context)
    if (stage === undefined) return
    const stop = new AbortController()
    const refused = refusedUnder(setVerdict(work, proving.proofs))
    const held = proving.handOver()
    const kept = keptWith(context, work, held)
    const coming = prepare(context, baseline, { stage, work, kept, refused, held }, stop.signal).catch(
      (error: unknown) => ({ error }),
    )
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
}

interface Base {
  /** The stage to be proven. */
  stage: Stage
  /** The one before it, as it was proven. */
  work: StageWork
  kept: KeptStage[]
  refused: readonly string[]
  /** The clone in which its set held; another one is booted if that is not to be had. */
  held: Rehearsal | undefined
}

async function prepare(
  context: WalkContext,
  baseline: Baseline,
  { stage, work, kept, refused, held }: Base,
  stop: AbortSignal,
): Promise<Coming> {
  const parts = dropInParts(kept)
  const walk = await innerWalk(context, kept, stop)
  walk.pendingChange?.add(changeOf(work), parts)
  walk.learning.complained(refused)
  let clone = held?.prepared.clone
  try {
    const first = held === undefined ? await booted(walk, work, baseline) : await keptIn(held, parts)
    clone = first.clone
    const base = stage === 'syscalls' ? await followed(walk, baseline, work, first) : first
    clone = base.clone
    const inner = { ...walk, host: clone.host }
    const begun = await lookAt(inner, stage, baseline, undefined, work.facts)
    const prepared = { ...base, trials: trialsIn(inner, clone, begun.facts, baseline) }
    const openTwin = () => bootStage(inner, begun.facts, baseline)
    const given = new Rehearsal(prepared, begun.facts, inner.learning.trace, { openTwin })
    const proving = new StageProving(inner, baseline, begun, () => undefined, given)
    proving.begin({ isAhead: true })
    return { proving, begun, learning: inner.learning }
  } catch (error) {
    await clone?.dispose()
    throw error
  }
}

/** The clone where the set held, with the set kept. */
async function keptIn({ standing, prepared }: Rehearsal, parts: DropInPart[]): Promise<PreparedClone> {
  if (standing === undefined) throw new TrialError('nothing stands in the clone')
  const { passed, trials } = standing
  const done = await keep(trials, passed.trial, parts, passed.report.last?.invocation ?? '')
  if (!done.kept) throw new TrialError(done.reason)
  return prepared
}

async function booted(walk: WalkContext, { facts }: StageWork, baseline: Baseline): Promise<PreparedClone> {
  const stand = await walk.timings.beside('boots', () => bootStage(walk, facts, baseline))
  if ('why' in stand) throw new TrialError(stand.why)
  return stand
}

/** The stages that are kept once the present one is. */
function keptWith({ store }: WalkContext, work: StageWork, held: Rehearsal | undefined): KeptStage[] {
  const records = [...(held?.standing?.passed.trial.records ?? [])]
  const assignments = [...changeOf(work).assignments]
  const added = { stage: work.stage, assignments, records, before: 0, after: 0 }
  return withStage(store.state.kept, { ...added, at: new Date().toISOString() })
}

/** Follows the service in this clone once more, and boots another one for the proofs meanwhile. */
async function followed(
  walk: WalkContext,
  baseline: Baseline,
  work: StageWork,
  prepared: PreparedClone,
): Promise<PreparedClone> {
  const booting = booted(walk, work, baseline)
  // Whoever waits for it hears of it, later.
  booting.catch(() => undefined)
  try {
    await walk.timings.beside('traces', () =>
      learnAgain({ ...walk, host: prepared.clone.host }, baseline, prepared),
    )
    return await booting
  } catch (error) {
    await booting.then(
      ({ clone }) => clone.dispose(),
      () => undefined,
    )
    throw error
  }
}

/** A walk on top of these stages, whose host will be a clone: nothing of it is shown or stored. */
async function innerWalk(context: WalkContext, kept: KeptStage[], stop: AbortSignal): Promise<WalkContext> {
  const store = context.store.inMemory()
  await store.save({ kept })
  return {
    ...context,
    pendingChange: new PendingChange(),
    learning: context.learning.copy(),
    store,
    timings: context.timings.aside(),
    signal: AbortSignal.any([context.signal, stop]),
    dispatch: () => undefined,
  }
}
