import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { project } from '../../kit/project.ts'
import { type HostCost, type RollOut, simulated, type Wish } from './simulation.ts'

/** Where a measured host is recorded, with the day. */
export const MEASURED = join(project, 'test/lab/measure/fleet/host-cost.json')

/** A host's cost as it is recorded. */
export interface Measured extends HostCost {
  /** YYYY-MM-DD */
  measured: string
  /** Of a whole roll-out over one host, and over two at once. */
  seconds: { one: number; two: number }
}

const SEED = 20_261_126
const PROCESSORS = 8
/** As the exported playbook has it. */
const SERIAL = [1, '10%', '100%']
const EVEN = { share: 0, times: 1 }
const TENTH_SLOW = { share: 0.01, times: 10 }

interface Row {
  what: string
  wish: Wish
}

function rowsOf(hosts: number, processors: number): Row[] {
  const usual = { hosts, forks: 50, processors, serial: SERIAL, slow: EVEN, broken: [], seed: SEED }
  const half = Math.floor(hosts / 2)
  return [
    ...[5, 50, 200].map((forks) => ({ what: `${forks} forks`, wish: { ...usual, forks } })),
    { what: '50 forks, 1 host in 100 takes ten times as long', wish: { ...usual, slow: TENTH_SLOW } },
    {
      what: '50 forks, in steps of 1, 1 %, 10 % and the rest',
      wish: { ...usual, serial: [1, '1%', '10%', '100%'] },
    },
    { what: '50 forks, the first host does not bear the plan', wish: { ...usual, broken: [0] } },
    { what: '50 forks, one host of the second step does not', wish: { ...usual, broken: [1] } },
    { what: '50 forks, one host of the last step does not', wish: { ...usual, broken: [half] } },
  ]
}

function timeWords(seconds: number): string {
  return seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`
}

function rowWords({ what, wish }: Row, { seconds, reached, rolledBack, traffic, memory }: RollOut): string {
  const cells = [
    what,
    timeWords(seconds),
    `${reached - rolledBack} kept, ${rolledBack} rolled back, ${wish.hosts - reached} not reached`,
    `${(traffic / 1e9).toFixed(1)} GB`,
    `${(memory / 1e9).toFixed(1)} GB`,
  ]
  return `| ${cells.join(' | ')} |`
}

/** npm run fleet -- --simulate N: prints what a roll-out over N hosts costs, by the host that was measured last. */
export function printSimulation(argv: readonly string[]): void {
  const { values } = parseArgs({
    args: [...argv],
    options: { simulate: { type: 'string' }, processors: { type: 'string' } },
  })
  const [hosts, processors] = [Number(values.simulate), Number(values.processors ?? PROCESSORS)]
  if (!Number.isSafeInteger(hosts) || hosts < 1) throw new Error('--simulate takes a number of hosts')
  const cost: Measured = JSON.parse(readFileSync(MEASURED, 'utf8'))
  console.log(`${hosts} hosts, ${processors} processors, by one host as of ${cost.measured}`)
  console.log('| | takes | hosts | over ssh | memory |\n|---|---|---|---|---|')
  for (const row of rowsOf(hosts, processors)) console.log(rowWords(row, simulated(cost, row.wish)))
}
