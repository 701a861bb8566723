// npm run bench: how long from the start of the bundled hardenctl to its first frame, on a real terminal in a lab.
import { bootLab } from '../lab/kit/lab.ts'

const RUNS = 15

async function once(
  spawn: () => ReturnType<Awaited<ReturnType<typeof bootLab>>['spawnPty']>,
): Promise<number> {
  const started = performance.now()
  const terminal = spawn()
  while (!terminal.written().includes('hardenctl')) await new Promise((resolve) => setTimeout(resolve, 1))
  const ms = performance.now() - started
  await terminal.waitFor('what healthy means', 20_000)
  await terminal.press('ctrl-c')
  await terminal.ended(20_000)
  return ms
}

const lab = await bootLab({ services: ['apache2'] })
try {
  const times: number[] = []
  for (let run = 0; run <= RUNS; run += 1) {
    const ms = await once(() => lab.spawnPty(['hardenctl', 'apache2'], { columns: 80, rows: 24 }))
    // The first run reads the files from disk.
    if (run > 0) times.push(ms)
  }
  times.sort((a, b) => a - b)
  const [least, middle, most] = [times[0], times[Math.floor(RUNS / 2)], times[RUNS - 1]].map((ms) =>
    Math.round(ms ?? 0),
  )
  console.log(`First frame after ${middle} ms (median of ${RUNS}; ${least} to ${most} ms)`)
} finally {
  await lab.stop()
}
