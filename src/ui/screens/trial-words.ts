import type { TrialPhase, WalkState } from '../../session/walk/state.ts'

/** What the steps are for, and on which machine. */
export function purposeOf(phase: TrialPhase, target: WalkState['target']): string {
  if (phase.stage === 'learning')
    return phase.doing === 'finish'
      ? 'The learning is over: hardenctl restores the live service as it was before.'
      : 'hardenctl restarts the live service; the kernel now allows and logs its new system calls.'
  if (phase.doing === 'finish') return 'hardenctl carries out your decision on the live service.'
  const change = phase.stage === 'all' ? 'the change of all stages' : 'the change'
  if (target === 'rehearsal') return `hardenctl tries ${change} in a clone; the live service is not touched.`
  if (phase.search !== undefined) {
    const { trial, most, rows, of } = phase.search
    return `Searching for the row that breaks it: trial ${trial} of at most ${most} on the live service, with ${rows.length} of the ${of} rows. hardenctl undoes each trial before the next. On trial: ${rows.join(', ')}.`
  }
  return `hardenctl tries ${change} on the live service.`
}
