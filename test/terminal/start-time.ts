import { setTimeout as pause } from 'node:timers/promises'
import type { Lab } from '../lab/kit/lab.ts'
import { median } from '../lab/kit/requests.ts'

const RUNS = 15

/** Milliseconds until the program on a terminal has written `text`. */
async function timeUntil(lab: Lab, argv: string[], text: string): Promise<number> {
  const started = performance.now()
  const terminal = lab.spawnPty(argv, { columns: 80, rows: 24 })
  while (!terminal.written().includes(text)) await pause(1)
  const ms = performance.now() - started
  if (argv[0] === 'hardenctl' && !argv.includes('--help')) {
    await terminal.waitFor('health checks', 20_000)
    await terminal.press('ctrl-c')
  }
  await terminal.ended(20_000)
  return ms
}

/**
 * Prints how long hardenctl in a lab needs to its help and to its first frame for a unit, beside what `node` there needs
 * to do nothing. The three take turns, so that a busy machine slows them alike.
 */
export async function measureStart(lab: Lab, unit: string, node: string): Promise<void> {
  const cases = {
    'node -e 0': () => timeUntil(lab, [node, '-e', 'require("fs").writeSync(1, "x")'], 'x'),
    '--help': () => timeUntil(lab, ['hardenctl', '--help'], '--version'),
    'first frame': () => timeUntil(lab, ['hardenctl', unit], 'hardenctl ·'),
  }
  const times = new Map<string, number[]>(Object.keys(cases).map((name) => [name, []]))
  for (let run = 0; run <= RUNS; run += 1) {
    for (const [name, measure] of Object.entries(cases)) {
      const ms = await measure()
      // The first run reads the files from disk.
      if (run > 0) times.get(name)?.push(ms)
    }
  }
  const bare = median(times.get('node -e 0') ?? [])
  for (const [name, all] of times) {
    const ms = median(all)
    const range = `${Math.round(Math.min(...all))} to ${Math.round(Math.max(...all))}`
    console.log(
      `${name.padEnd(12)} ${Math.round(ms)} ms, ${(ms / bare).toFixed(2)} × bare Node (median of ${RUNS}; ${range} ms)`,
    )
  }
}
