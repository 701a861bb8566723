// npm run overview [-- SUITE]: what audit predicts in a lab, and how soon 300 services stand on the screen of the overview
import { bootLab, type Lab } from '../kit/lab.ts'

const SERVICES = ['apache2', 'cron', 'mosquitto', 'postgresql', 'redis-server', 'ssh']
const COUNT = 300
const ROUNDS = 5
const MOST_MS = 120_000

/** Milliseconds of a work. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return Math.round(performance.now() - start)
}

async function addServices(lab: Lab): Promise<void> {
  const names = Array.from({ length: COUNT }, (_, at) => `many${at}.service`)
  for (const name of names)
    await lab.write(`/etc/systemd/system/${name}`, '[Service]\nUser=nobody\nExecStart=/bin/sleep 10000\n')
  await lab.output(['systemctl', 'daemon-reload'])
  await lab.output(['systemctl', 'start', ...names], { timeoutMs: MOST_MS })
}

/** Milliseconds until the screen knows all of them: their exposures come together, and as many as fit are drawn. */
async function shownAll(lab: Lab): Promise<number> {
  const terminal = lab.spawnPty(['hardenctl'], { columns: 80, rows: 24 })
  const ms = await timed(() => terminal.waitFor(/3\d\d services running[\s\S]* 9\.\d UNSAFE /, MOST_MS))
  // Keys count once they stand there.
  await terminal.waitFor('q leave', MOST_MS)
  await terminal.type('q')
  await terminal.ended(MOST_MS)
  return ms
}

const lab = await bootLab({ suite: process.argv[2] ?? 'trixie', services: SERVICES })
try {
  const table = await lab.output(['hardenctl', 'audit'])
  console.log(
    table
      .split('\n')
      .filter((row) => /^UNIT| running /.test(row))
      .join('\n'),
  )
  await addServices(lab)
  for (let round = 0; round < ROUNDS; round += 1) {
    const theirs = await timed(() => lab.output(['systemd-analyze', 'security', '--no-pager']))
    const ours = await shownAll(lab)
    console.log(
      `systemd-analyze security ${theirs} ms, the overview ${ours} ms, ${(ours / theirs).toFixed(2)} times`,
    )
  }
} finally {
  await lab.stop()
}
