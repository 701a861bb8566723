// npm run overview [-- SUITE]: what audit predicts in a lab, and how soon 300 services stand on the screen of the overview
import { setTimeout as pause } from 'node:timers/promises'
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

/** Until each of them has its exposure on the screen. */
async function overviewOfAll(lab: Lab): Promise<void> {
  const terminal = lab.spawnPty(['hardenctl'], { columns: 80, rows: 2 * COUNT })
  const known = () => terminal.screen().filter((row) => /^\S? +many\d+ +\d\.\d /.test(row)).length
  while (known() < COUNT) await pause(5)
  await terminal.type('q')
  await terminal.ended()
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
    const ours = await timed(() => overviewOfAll(lab))
    console.log(
      `systemd-analyze security ${theirs} ms, the overview ${ours} ms, ${(ours / theirs).toFixed(2)} times`,
    )
  }
} finally {
  await lab.stop()
}
