import type { Facts } from '../../observe/facts.ts'
import { type Baseline, countsOf } from '../../trial/health/baseline.ts'
import { EXERCISE_TIMEOUT_MS } from '../../trial/health/check.ts'
import { upLimitMs } from '../../trial/health/patience.ts'
import { startLimitMs, type TrialContext } from '../../trial/transaction/trial.ts'
import type { Learning } from '../learning/learning.ts'
import { controlOf } from '../proof/control.ts'
import { asPending } from '../store/store.ts'
import type { AnyWalk } from '../walk/context.ts'
import { dropInParts } from './drop-in-parts.ts'
import { secondsToKeep } from './remote-login.ts'

/** Seconds that the health check may need after the start, and slack for a busy machine. */
const HEALTH_SECONDS = 20

function exerciseSeconds(baseline: Baseline): number {
  return (countsOf(baseline).exercises * EXERCISE_TIMEOUT_MS) / 1000
}

/** Seconds after which PID 1 undoes a trial that nobody is asked about; `stopMs` is what a stop of the service takes. */
export function trialSeconds(baseline: Baseline, stopMs: number): number {
  const seconds = Math.ceil((startLimitMs(baseline) + upLimitMs(baseline) + stopMs * 2) / 1000)
  return seconds + HEALTH_SECONDS + exerciseSeconds(baseline)
}

/** Programs that it ran in a clone, those of its start script too. */
function tracedPrograms({ facts }: Learning): string[] {
  const executed = (facts?.executed ?? []).filter(({ uses }) => uses.includes('execute'))
  return executed.map(({ path }) => path)
}

/** What a transaction needs, from what the walk knows. */
export function trialContext(context: AnyWalk, facts: Facts, baseline: Baseline): TrialContext {
  const { host, subject, dispatch, signal, options, learning } = context
  return {
    host,
    unit: subject.unit,
    baseline,
    groups: facts.syscallGroups,
    // A clone is made of the live host, whatever the walk has kept in another one.
    ...(host.isClone ? { waits: true } : { keptBefore: dropInParts(context.store.state.kept) }),
    accounts: facts.accounts,
    executables: [...facts.executables.map(({ path }) => path), ...tracedPrograms(learning)],
    allPrograms: learning.trace !== undefined && learning.facts?.incomplete === false,
    files: [...(controlOf(context.rehearsing).usual?.footprint.always ?? [])],
    deadManSeconds:
      trialSeconds(baseline, controlOf(context.rehearsing).stopMs) + secondsToKeep(options, facts),
    remember: (trial) => context.store.save({ pending: trial && asPending(trial) }),
    tell: (event) => dispatch({ type: 'step', event }),
    signal,
  }
}
