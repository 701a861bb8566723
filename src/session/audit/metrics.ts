import { type ServiceRow, winOf } from '../overview/row.ts'
import { type Audit, aboveThreshold, countedOf } from './report.ts'

interface Metric {
  name: string
  help: string
  value: (row: ServiceRow) => number | undefined
}

const tenth = (score: number | undefined) => (score === undefined ? undefined : score / 10)
const flag = (is: boolean | undefined) => (is === undefined ? undefined : Number(is))

const METRICS: readonly Metric[] = [
  {
    name: 'exposure',
    help: 'Exposure of the service as systemd-analyze security counts it, 0 to 10.',
    value: ({ exposure }) => tenth(exposure),
  },
  {
    name: 'exposure_counted',
    help: 'The same without the checks that are accepted.',
    value: (row) => tenth(countedOf(row)),
  },
  {
    name: 'running',
    help: '1 if the service runs.',
    value: ({ state }) => Number(state === 'running'),
  },
  {
    name: 'network_reachable',
    help: '1 if it listens beyond loopback.',
    value: ({ network }) => flag(network && network.listens.length > 0),
  },
  {
    name: 'kept_in_force',
    help: '1 if all that hardenctl keeps for the unit is in force, 0 if not; absent where nothing is kept.',
    value: ({ kept }) => flag(kept?.inForce),
  },
  {
    name: 'predicted_win',
    help: 'Exposure that a walk would take away, predicted and not proven.',
    value: (row) => tenth(winOf(row)),
  },
]

/** A label's value: backslash, double quote and line feed are escaped. */
function label(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function block({ name, help, value }: Metric, rows: readonly ServiceRow[]): string[] {
  const samples = rows.flatMap((row) => {
    const found = value(row)
    return found === undefined ? [] : [`hardenctl_${name}{unit="${label(row.unit)}"} ${found}`]
  })
  if (samples.length === 0) return []
  return [`# HELP hardenctl_${name} ${help}`, `# TYPE hardenctl_${name} gauge`, ...samples]
}

function single(name: string, help: string, value: number): string[] {
  return [`# HELP hardenctl_${name} ${help}`, `# TYPE hardenctl_${name} gauge`, `hardenctl_${name} ${value}`]
}

/** Text of the Prometheus exposition format 0.0.4, for node_exporter's textfile collector. */
export function metricsText(audit: Audit): string {
  const lines = [
    ...METRICS.flatMap((metric) => block(metric, audit.rows)),
    ...single('audit_above_threshold', 'Services above the threshold.', aboveThreshold(audit).length),
    ...single('audit_accepted_expired', 'Accepted exceptions that have expired.', audit.expired.length),
    ...single('audit_problems', 'Things that the audit could not read.', audit.problems.length),
    ...single(
      'audit_timestamp_seconds',
      'When the audit was made, as Unix time.',
      Math.floor(audit.at.getTime() / 1000),
    ),
  ]
  return `${lines.join('\n')}\n`
}
