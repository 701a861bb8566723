import type { Lab } from './lab.ts'

/** Requests/s of the web server of a lab, and how much of the processors others than the lab took meanwhile. */
export interface Rate {
  rate: number
  /** Share of all processors' time, 0 to 1. */
  others: number
}

/** Busy and idle time of all processors so far, in clock ticks: proc_stat(5). */
export async function ticks(lab: Lab): Promise<{ busy: number; all: number }> {
  const line = (await lab.read('/proc/stat'))?.split('\n')[0] ?? ''
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, ...rest] = line.split(/\s+/).slice(1).map(Number)
  const all = [user, nice, system, idle, wait, ...rest.slice(0, 3)].reduce((sum, one) => sum + one, 0)
  return { busy: all - idle - wait, all }
}

/** Processor time of all that runs in the lab so far, in clock ticks: cpu.stat of its own control group. */
async function ownTicks(lab: Lab): Promise<number> {
  const text = (await lab.read('/sys/fs/cgroup/cpu.stat')) ?? ''
  return Number(/^usage_usec (\d+)$/m.exec(text)?.[1] ?? Number.NaN) / 10_000
}

/** Asks the web server of a lab by two threads with all their might. */
export async function requests(lab: Lab, seconds: number): Promise<Rate> {
  const [before, own] = [await ticks(lab), await ownTicks(lab)]
  const argv = ['wrk', '-t', '2', '-c', '8', '-d', `${seconds}s`, 'http://127.0.0.1/']
  const said = await lab.output(argv, { timeoutMs: 60_000 })
  const [after, ownAfter] = [await ticks(lab), await ownTicks(lab)]
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(said) ?? []
  if (rate === undefined) throw new Error(`wrk says nothing:\n${said}`)
  const others = (after.busy - before.busy - (ownAfter - own)) / (after.all - before.all)
  return { rate: Number(rate), others }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
