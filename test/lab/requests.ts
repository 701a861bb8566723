import type { Lab } from './lab.ts'

/** Requests/s that the web server of a lab answers when it is asked by two threads with all their might. */
export async function requests(lab: Lab, seconds: number): Promise<number> {
  const argv = ['wrk', '-t', '2', '-c', '8', '-d', `${seconds}s`, 'http://127.0.0.1/']
  const said = await lab.output(argv, { timeoutMs: 60_000 })
  const [, rate] = /Requests\/sec:\s+([\d.]+)/.exec(said) ?? []
  if (rate === undefined) throw new Error(`wrk says nothing:\n${said}`)
  return Number(rate)
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
