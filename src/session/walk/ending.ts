import type { Manager } from '../../host/manager.ts'
import type { Undone } from '../../trial/transaction/trial.ts'
import type { WalkState } from './state.ts'

/** Whether a Ctrl-C at this moment has something of the live service to undo. */
function isUndone({ phase, target }: WalkState): boolean {
  if (target !== 'live') return false
  switch (phase.at) {
    case 'trial':
    case 'keep':
      return true
    case 'learning':
      return phase.noCalls === undefined
    case 'looking':
    case 'refused':
    case 'question':
    case 'baseline':
    case 'stage':
    case 'confirm':
    case 'failed':
    case 'done':
      return false
    default:
      return phase satisfies never
  }
}

/** What a Ctrl-C begins, or the second one, after which there may be nothing new to say. */
export function stoppingText(state: WalkState, again: boolean): string | undefined {
  if (!isUndone(state)) return again ? undefined : 'Stopping: nothing was being changed'
  const text = 'Undoing: hardenctl restores the last proven state of the service'
  return again ? `${text}. systemd finishes it even if you leave now` : text
}

/** What a Ctrl-C came to; `undone` is undefined where nothing was being changed. What is kept is told after it. */
export function stoppedText({ words }: Manager, unit: string, undone: Undone | undefined): string {
  if (undone === undefined) return 'Stopped. Nothing was being changed.'
  return undone.proven
    ? `Stopped and undone: ${unit} is proven to answer as before the change.`
    : `Stopped, but ${undone.lines[0]}. ${words.systemctl} status ${unit} says more.`
}

/** What the walk is doing, for the report of a bug. */
export function doingOf({ phase }: WalkState): string {
  const stage = 'stage' in phase ? `, stage ${phase.stage}` : ''
  const steps = phase.at === 'trial' ? phase.steps : []
  // Its undo may be complete by now: the first failed step is where the bug struck.
  const at = steps.find(({ state }) => state === 'failed') ?? steps.find(({ state }) => state === 'running')
  return `${phase.at}${stage}${at === undefined ? '' : `, step ${at.id}`}`
}
