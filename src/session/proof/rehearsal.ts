import type { StageOrAll } from '../../catalog/common/types.ts'
import { Bug, reasonOf } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { unlikeHost } from '../../rehearsal/compare/unlike-host.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import type { StepListener } from '../../trial/transaction/steps.ts'
import { AbortedTrial } from '../../trial/transaction/transaction.ts'
import { type Passed, type TrialContext, TrialError } from '../../trial/transaction/trial.ts'
import { takeBack } from '../../trial/transaction/undo.ts'
import type { WalkContext } from '../walk/context.ts'
import { bootStage, type NoRehearsal, type PreparedClone } from './clone-pool.ts'
import { stopsSlowly } from './control.ts'
import { judgeChange, type Question, type Told, together } from './judge-change.ts'
import type { TracedFailure } from './traced-failure.ts'
import { changeKey, type ProofJob, type Verdict } from './verdicts.ts'
import type { Steps } from './whole-trial.ts'

/** A change that held and is still in force in its clone. */
export interface Standing {
  key: string
  passed: Passed
  trials: TrialContext
}

/** If somebody ends a clone during a job, the job has no answer. */
async function gone({ clone }: PreparedClone): Promise<never> {
  await clone.ended
  throw new TrialError('the clone was ended by somebody else')
}

/** A clone in which the unhardened service answers as it does live, and which is asked one change after the other. */
export class Rehearsal {
  readonly prepared: PreparedClone
  readonly #facts: Facts
  readonly #before: TracedFailure['before'] | undefined
  #standing: Standing | undefined
  #isUsed = false
  readonly #isLent: boolean
  readonly #openTwin: (() => Promise<PreparedClone | NoRehearsal>) | undefined

  /**
   * `before` is what following the service without a trial told. `isLent`: the clone has another owner, and is removed
   * only when it is of no use any more. `openTwin` boots another clone of the same state, for a service that stops slowly.
   */
  constructor(
    prepared: PreparedClone,
    facts: Facts,
    before: TracedFailure['before'] | undefined,
    {
      isLent = false,
      openTwin,
    }: { isLent?: boolean; openTwin?: () => Promise<PreparedClone | NoRehearsal> } = {},
  ) {
    this.#isLent = isLent
    this.#openTwin = openTwin
    this.prepared = prepared
    this.#facts = facts
    this.#before = before
  }

  /** Differences from the live host, in sentences. */
  get notes(): readonly string[] {
    return [...unlikeHost(this.#facts), ...this.prepared.clone.notes]
  }

  get standing(): Standing | undefined {
    return this.#standing
  }

  /** It can be asked once more. */
  get isFit(): boolean {
    // The service would have to be stopped in order to take back what stands, which takes longer than another clone.
    const isSlow = this.#standing !== undefined && stopsSlowly(this.prepared.control)
    return !this.#isUsed && !isSlow && !(this.#standing !== undefined && this.#runsOnce)
  }

  /** A oneshot has done the work that was there to be done: only a fresh clone has it again. */
  get #runsOnce(): boolean {
    return this.prepared.trials.baseline.oneshot !== undefined
  }

  /**
   * Runs the same transaction as live, then reload, stop and start. A change that held stays in force until the next
   * question. `isUnsure`: the clone was not in its expected state, so it may have caused the answer. Throws only bugs
   * and the reason of the walk's signal: a person who leaves does not care what was undone in the clone.
   */
  async ask(
    stage: StageOrAll,
    job: ProofJob,
    tell: StepListener,
  ): Promise<{ verdict: Verdict; isUnsure: boolean }> {
    const { signal } = this.prepared.trials
    return Promise.race([gone(this.prepared), this.#ask(stage, job, tell)]).catch((error) => {
      this.#isUsed = true
      if (error instanceof AbortedTrial) throw signal?.reason
      throw error instanceof Bug ? error.cause : error
    })
  }

  async dispose(): Promise<void> {
    if (!this.#isLent || this.#isUsed) await this.prepared.clone.dispose()
  }

  /** Takes back what stands; false when the clone is of no use any more. */
  async clear(): Promise<boolean> {
    if (this.isFit) await this.#takeBack().catch(reasonOf)
    return !this.#isUsed && this.#standing === undefined
  }

  async #ask(
    stage: StageOrAll,
    job: ProofJob,
    tell: StepListener,
  ): Promise<{ verdict: Verdict; isUnsure: boolean }> {
    await this.#takeBack()
    const { control, trials } = this.prepared
    const here = { ...this.prepared, trials: { ...trials, tell } }
    const question = { facts: this.#facts, before: this.#before, stage, job }
    const reload = this.#facts.unit.canReload && control.reload
    const steps = { reload, restart: control.restart }
    const isInTwo = stopsSlowly(control) && (steps.restart === 'boot' || steps.restart === 'plain')
    const twin = isInTwo ? await this.#openTwin?.() : undefined
    const told =
      twin !== undefined && 'clone' in twin
        ? await this.#judgeInTwo(here, twin, question, steps)
        : await judgeChange(here, question, steps)
    const { verdict, isUnsure, passed, isTraced } = told
    if (passed) this.#standing = { key: changeKey(job.change), passed, trials }
    else this.#isUsed = isUnsure || isTraced || stopsSlowly(control) || this.#runsOnce
    return { verdict, isUnsure }
  }

  /**
   * Two clones play the steps at once, so that the proof waits for one slow stop and not for two: this one the restart of
   * what runs and the reload, the twin a stop under the change and the start after it. Each start is watched as in one.
   */
  async #judgeInTwo(
    here: PreparedClone,
    twin: PreparedClone,
    question: Question,
    { reload, restart }: Steps,
  ): Promise<Told> {
    const there = { ...twin, trials: { ...twin.trials, isAbrupt: true } }
    try {
      const [one, other] = await Promise.allSettled([
        judgeChange(here, question, { reload, restart: 'none' }),
        judgeChange(there, question, { reload: false, restart }),
      ])
      if (one.status === 'rejected') throw one.reason
      if (other.status === 'rejected') throw other.reason
      return together(one.value, other.value)
    } finally {
      await twin.clone.dispose()
    }
  }

  async #takeBack(): Promise<void> {
    const standing = this.#standing
    this.#standing = undefined
    if (standing === undefined || (await takeBack(standing.trials, standing.passed.trial))) return
    this.#isUsed = true
    throw new TrialError('what was tried before could not be taken back in the clone')
  }
}

/** A clone for jobs. Throws only bugs and the reason of the walk's signal. */
export async function openRehearsal(
  context: WalkContext,
  facts: Facts,
  baseline: Baseline,
): Promise<Rehearsal | NoRehearsal> {
  const boot = () => bootStage(context, facts, baseline)
  const booted = await boot()
  if ('why' in booted) return booted
  return new Rehearsal(booted, facts, context.learning.trace, { openTwin: boot })
}
