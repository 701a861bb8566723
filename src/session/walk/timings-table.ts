import type { Clocks, Times } from './timings.ts'

const seconds = (ms: number) => (ms / 1000).toFixed(1)

/**
 * The share of a time in which not even one processor worked, as far as sums tell: two that work at once count as one
 * that works twice as long.
 */
export function waitingShare({ wallMs, busyMs }: Clocks): number {
  return wallMs <= 0 ? 0 : Math.max(0, 1 - busyMs / wallMs)
}

function row(part: string, times: Clocks): string {
  const share = Math.round(waitingShare(times) * 100)
  const [wall, busy] = [seconds(times.wallMs), seconds(times.busyMs)]
  return `  ${part.padEnd(32)} ${wall.padStart(7)} ${busy.padStart(11)} ${`${share} %`.padStart(9)}`
}

function sumOf(all: readonly Clocks[]): Clocks {
  const sum = (value: (one: Clocks) => number) => all.reduce((total, one) => total + value(one), 0)
  return { wallMs: sum(({ wallMs }) => wallMs), busyMs: sum(({ busyMs }) => busyMs) }
}

const BESIDE = {
  boots: 'boots of clones',
  questions: 'questions asked of clones',
  traces: 'traces in clones',
} as const

/** Where the time of a walk went, a line each: seconds, seconds of processors at work, and the share of waiting. */
export function timingsTable({ parts, beside }: Times): string[] {
  const shown = parts.filter(({ times }) => times.wallMs >= 50)
  return [
    'Where the time went:',
    `  ${'part'.padEnd(32)} ${'seconds'.padStart(7)} ${'processors'.padStart(11)} ${'waiting'.padStart(9)}`,
    ...shown.map(({ part, times }) => row(part, times)),
    row('in all', sumOf(parts.map(({ times }) => times))),
    ...beside.map(
      ({ what, count, ms }) =>
        `  ${count} ${BESIDE[what]} side by side, each ${seconds(ms / Math.max(1, count))} s`,
    ),
  ]
}
