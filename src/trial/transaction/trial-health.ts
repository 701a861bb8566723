import { ExpectedError } from '../../host/errors.ts'
import type { checkHealth, HealthReport } from '../health/health.ts'
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

/** The start of a health check: `before` ran until `since`, in epoch milliseconds. */
export function healthCheckInput(
  context: TrialContext,
  before: Before,
  since: number,
): Parameters<typeof checkHealth>[0] {
  const { host, unit, baseline, executables, allPrograms, signal } = context
  const limits = { startLimitMs: startLimitMs(baseline) }
  return {
    host,
    unit,
    baseline,
    before,
    since,
    executables,
    allPrograms,
    ...limits,
    ...(signal ? { signal } : {}),
  }
}
