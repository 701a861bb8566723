import type { FailureEvidence } from '../../../../src/trial/diagnosis/failure-evidence.ts'

/** The last look at a unit whose main process ended so: wait(2)'s si_code, and the exit status or signal. */
export function ended(exitCode: number, exitStatus: number): FailureEvidence['last'] {
  return {
    active: 'failed',
    sub: 'failed',
    result: 'exit-code',
    daemons: [],
    invocation: 'x',
    mainPid: 0,
    restarts: 0,
    busy: false,
    exitCode,
    exitStatus,
    statusText: '',
    group: '/system.slice/a.service',
    processes: [],
  }
}
