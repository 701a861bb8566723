import { ExpectedError } from '../../host/errors.ts'
import type { HealthCheckInput, HealthReport } from '../health/health.ts'
import type { Before } from '../health/judge.ts'
import { startLimitMs, type TrialContext } from './trial.ts'

/** The service is not healthy; the report says why. */
export class UnhealthyError extends ExpectedError {
  readonly report: HealthReport
  constructor(report: HealthReport) {
    super(report.reasons[0]?.text ?? 'not healthy')
    this.report = report
  }
}

/** The input of a health check: `before` ran until `since`, in epoch milliseconds. */
export function healthCheckInput(context: TrialContext, before: Before, since: number): HealthCheckInput {
  const { host, unit, baseline, executables, allPrograms, left, signal } = context
  return {
    host,
    unit,
    baseline,
    before,
    since,
    executables,
    allPrograms,
    left,
    startLimitMs: startLimitMs(baseline),
    ...(signal ? { signal } : {}),
  }
}
