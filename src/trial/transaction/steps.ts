import { errorText, isExpected } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'

/**
 * The steps of one transaction, in order. Each boundary between two of them is a point at which hardenctl may be
 * killed; what then undoes the trial is the timer of PID 1, or the boot.
 */
export const TRIAL_STEPS = [
  'snapshot',
  'arm',
  'hand-over',
  'write',
  'reload',
  'verify',
  'restart',
  'health',
] as const
export const KEEP_STEPS = ['recheck', 'commit', 'settle', 'disarm'] as const

/** The steps at the end of a walk with all kept stages, while a timer is armed that undoes them. */
export const FINAL_STEPS = ['try-reload', 'stop', 'start', 'watch'] as const

export type TrialStep =
  | (typeof TRIAL_STEPS)[number]
  | (typeof KEEP_STEPS)[number]
  | (typeof FINAL_STEPS)[number]
  | 'undo'
  | 'prove-undo'

export const STEP_LABELS: Record<TrialStep, string> = {
  snapshot: 'Record what is in force now',
  arm: 'Arm the timer that can undo the trial without hardenctl',
  'hand-over': 'Give files to the service’s user',
  write: 'Write the trial drop-in under /run',
  reload: 'Reload the configuration of systemd',
  verify: 'Compare the unit’s settings with the drop-in',
  restart: 'Restart the service',
  health: 'Check that it is healthy',
  recheck: 'Check once more before keeping',
  commit: 'Write the proven change for good',
  settle: 'Remove the trial, compare again',
  disarm: 'Disarm the timer',
  'try-reload': 'Reload the service and check it',
  stop: 'Stop the service',
  start: 'Start it, and check it again',
  watch: 'Watch it for a while',
  undo: 'Undo the trial, and restart the service if the trial did',
  'prove-undo': 'Check that the service is back as it was',
}

export interface StepEvent {
  step: TrialStep
  state: 'running' | 'done' | 'failed'
  /** Milliseconds the step took; only with done and failed. */
  ms?: number
  detail?: string
}

export type StepListener = (event: StepEvent) => void

const reached = new Map<string, number>()

/**
 * For the fault harness: "restart:2" kills hardenctl before its second restart, "write:1:SIGINT,write:1:SIGINT"
 * interrupts it twice before it writes, "health:1:BUG" has a bug strike there, "live/restart" and "clone/restart" count the live host's and the clones' alone.
 * Does nothing otherwise.
 */
function pauseForFaultHarness(step: TrialStep, isClone: boolean): void {
  const wishes = process.env.HARDENCTL_KILL_BEFORE?.split(',').map((wish) => wish.split(':')) ?? []
  for (const name of [step, `${isClone ? 'clone' : 'live'}/${step}`]) {
    const count = (reached.get(name) ?? 0) + 1
    reached.set(name, count)
    for (const [wanted, time = '1', signal = 'SIGKILL'] of wishes) {
      if (wanted !== name || Number(time) !== count) continue
      if (signal === 'BUG') throw new TypeError('thrown for the fault harness')
      process.kill(process.pid, signal)
    }
  }
}

/** Runs one step on a host and tells the listener when it begins and how it ended. */
export async function timed<T>(
  step: TrialStep,
  { tell, host }: { tell: StepListener; host: Pick<Host, 'isClone'> },
  work: () => Promise<T>,
): Promise<T> {
  tell({ step, state: 'running' })
  const started = performance.now()
  try {
    pauseForFaultHarness(step, host.isClone)
    const result = await work()
    tell({ step, state: 'done', ms: Math.round(performance.now() - started) })
    return result
  } catch (error) {
    const ms = Math.round(performance.now() - started)
    tell({ step, state: 'failed', ms, detail: isExpected(error) ? error.message : errorText(error) })
    throw error
  }
}
