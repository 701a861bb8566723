import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { ansibleCollection } from '../../../../src/session/export/ansible/collection.ts'
import { command } from '../../kit/command.ts'
import { type Fleet, makeFleet } from '../../kit/fleet.ts'
import { countBytes, metered, type Took, taskSeconds, tookOf } from '../../kit/fleet-cost.ts'
import type { Lab } from '../../kit/lab.ts'
import { bootServed, servedPlan } from '../../kit/served.ts'
import { MEASURED, type Measured } from './simulate.ts'
import { type HostCost, simulated } from './simulation.ts'

const ROUNDS = 4
const LOG = 'ansible.log'

interface Round {
  tasks: ReturnType<typeof taskSeconds>
  one: Took
  two: Took
}

async function rollOut(fleet: Fleet, labs: Readonly<Record<string, Lab>>): Promise<Took> {
  rmSync(join(fleet.folder, LOG), { force: true })
  const names = Object.keys(labs)
  const argv = ['--limit', names.join(','), '-e', '{"harden_serial": ["100%"]}']
  const { exitCode, stdout, stderr } = await fleet.rollOut(argv, {
    timeoutMs: 300_000,
    by: metered(fleet.folder),
  })
  if (exitCode !== 0) throw new Error(stdout + stderr)
  for (const [host, lab] of Object.entries(labs)) {
    await takeBack(lab)
    // Each roll-out opens its own connections.
    await command(['ssh', '-F', join(fleet.folder, 'ssh_config'), '-O', 'exit', host])
  }
  return tookOf(stderr)
}

/** As before the roll-out, so that the next one has all to do. */
async function takeBack(lab: Lab): Promise<void> {
  await lab.output(['rm', '-r', '/etc/systemd/system/served.service.d'])
  await lab.output(['chown', '-R', 'root:root', '/var/lib/served'])
  await lab.output(['systemctl', 'daemon-reload'])
  await lab.output(['systemctl', 'restart', 'served'])
  await lab.untilSuccess(['curl', '-sf', 'http://127.0.0.1:8097/'])
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, one) => sum + one, 0) / numbers.length
}

/** Seconds by task, one figure a round. */
function secondsByTask(rounds: readonly Round[]): number[][] {
  const names = rounds.map(({ tasks }) => tasks.map(({ name }) => name).join('\n'))
  if (new Set(names).size !== 1) throw new Error(`the rounds had other tasks: ${names.join('\n\n')}`)
  const [first] = rounds
  return (first?.tasks ?? []).map((_, at) => rounds.flatMap((round) => round.tasks[at]?.seconds ?? []))
}

/** A second host costs what a roll-out over two takes more than one over one; the rest is Ansible's own. */
function costOf(rounds: readonly Round[]): Omit<HostCost, 'sent' | 'received'> {
  const more = (key: keyof Took) => Math.max(0, mean(rounds.map(({ one, two }) => two[key] - one[key])))
  const fork = Math.round(more('memory'))
  return {
    tasks: secondsByTask(rounds),
    processor: Number(more('processor').toFixed(2)),
    dispatcher: Number(more('dispatcher').toFixed(2)),
    memory: { base: Math.round(mean(rounds.map(({ one }) => one.memory)) - fork), fork },
  }
}

async function measured(fleet: Fleet, labs: { one: Lab; two: Lab }): Promise<Measured> {
  const rounds: Round[] = []
  const { one } = labs
  const bytes = countBytes(fleet.folder, 'one', one)
  for (let round = 0; round < ROUNDS; round += 1) {
    const alone = await rollOut(fleet, { one })
    const tasks = taskSeconds(readFileSync(join(fleet.folder, LOG), 'utf8'))
    rounds.push({ tasks, one: alone, two: await rollOut(fleet, labs) })
  }
  const { sent, received } = bytes()
  const each = (sum: number) => Math.round(sum / ROUNDS / 2)
  return {
    measured: new Date().toISOString().slice(0, 10),
    ...costOf(rounds),
    sent: each(sent),
    received: each(received),
    seconds: { one: seconds(rounds, 'one'), two: seconds(rounds, 'two') },
  }
}

function seconds(rounds: readonly Round[], which: 'one' | 'two'): number {
  return Number(mean(rounds.map((round) => round[which].seconds)).toFixed(1))
}

/** A line a figure, and a line for each task's. */
function recorded({ tasks, ...rest }: Measured): string {
  const lines = tasks.map((task) => `    [${task.join(', ')}]`).join(',\n')
  return JSON.stringify({ ...rest, tasks: [] }, null, 2).replace('"tasks": []', `"tasks": [\n${lines}\n  ]`)
}

function tell(found: Measured): void {
  const { tasks, seconds: took, ...rest } = found
  const alike = { hosts: 2, forks: 2, processors: availableParallelism(), serial: ['100%'] }
  const { seconds: two } = simulated(found, { ...alike, slow: { share: 0, times: 1 }, broken: [], seed: 1 })
  const sum = tasks.reduce((all, task) => all + mean(task), 0)
  console.log({ ...rest, tasks: tasks.length })
  console.log(`one host took ${took.one} s, of which ${sum.toFixed(1)} are its tasks`)
  console.log(`two hosts at once took ${took.two} s; by the sums their tasks take ${two.toFixed(1)}`)
}

/** npm run fleet -- --host: measures a roll-out over one host and over two without hardenctl, and records what a host costs. */
export async function measureHost(ansible: string): Promise<void> {
  const [one, two] = await Promise.all([bootServed('/srv'), bootServed('/srv')])
  try {
    const files = ansibleCollection(servedPlan())
    const fleet = await makeFleet(ansible, { one, two }, { name: 'served_service', files, log: LOG })
    try {
      const found = await measured(fleet, { one, two })
      writeFileSync(MEASURED, `${recorded(found)}\n`)
      tell(found)
    } finally {
      fleet.stop()
    }
  } finally {
    await Promise.all([one.stop(), two.stop()])
  }
}
