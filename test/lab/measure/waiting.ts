// Part of npm run bench: how long whole walks take, and how much of that no processor worked; and how long a person who
// reads each list for ten seconds waits for its proof. The processor time is that of the lab alone.
import { setTimeout as pause } from 'node:timers/promises'
import { sayYes } from '../../terminal/say-yes.ts'
import { bootLab, type Lab, type LabWish } from '../kit/lab.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { ticks } from '../kit/requests.ts'
import { slowStop } from '../kit/services/slow-stop.ts'

interface Walk {
  title: string
  wish: LabWish
  argv: readonly string[]
  goal: number
}

const WALKS: readonly Walk[] = [
  { title: 'nginx --yes', wish: { services: ['nginx'] }, argv: ['nginx', '--yes'], goal: 55 },
  {
    title: 'apache2 --once',
    wish: { services: ['apache2'] },
    argv: ['apache2', '--yes', '--once'],
    goal: 50,
  },
  {
    title: 'stops in 30 s, --yes',
    wish: slowStop(30),
    argv: ['slow-stop', '--yes', '--level', 'tight'],
    goal: 360,
  },
]
const READING_MS = 10_000

/** Seconds of processor time of all that runs in the lab so far. */
async function labSeconds(lab: Lab): Promise<number> {
  const text = (await lab.read('/sys/fs/cgroup/cpu.stat')) ?? ''
  return Number(/^usage_usec (\d+)$/m.exec(text)?.[1] ?? Number.NaN) / 1_000_000
}

interface Clocks {
  seconds: number
  busy: number
  /** Share of all processors' time that others than the lab took. */
  others: number
}

/** What `work` took in the lab. */
async function clocked(lab: Lab, work: () => Promise<void>): Promise<Clocks> {
  const [own, all, began] = [await labSeconds(lab), await ticks(lab), performance.now()]
  await work()
  const seconds = (performance.now() - began) / 1000
  const busy = (await labSeconds(lab)) - own
  const after = await ticks(lab)
  return { seconds, busy, others: (after.busy - all.busy - busy * 100) / (after.all - all.all) }
}

function row(title: string, { seconds, busy, others }: Clocks, goal: string): string {
  const waiting = Math.round(Math.max(0, 1 - busy / seconds) * 100)
  return `| ${title} | ${seconds.toFixed(1)} | ${busy.toFixed(1)} | ${waiting} % | ${Math.round(others * 100)} % | ${goal} |`
}

async function timeWalk({ title, wish, argv, goal }: Walk): Promise<void> {
  const lab = await bootLab(wish)
  try {
    let said = ''
    const clocks = await clocked(lab, async () => {
      const walk = await lab.run(['hardenctl', ...argv, '--timings'], { timeoutMs: 1_200_000 })
      if (walk.exitCode !== 0) throw new Error(`${title}:\n${walk.stdout}${walk.stderr}`)
      said = walk.stdout
    })
    console.log(row(title, clocks, `≤ ${goal}`))
    console.log(said.slice(said.indexOf('Where the time went')).trimEnd())
  } finally {
    await lab.stop()
  }
}

/** Reads each list for ten seconds, and tells when its proof was there. */
async function timeWizard(): Promise<void> {
  const lab = await bootLab({ services: ['nginx'] })
  try {
    const terminal = lab.spawnPty(['hardenctl', 'nginx'], { columns: 100, rows: 30 })
    let stage = 0
    await sayYes(terminal, 600_000, async (question) => {
      if (question !== 'Enter review') return
      const began = performance.now()
      stage += 1
      await terminal.waitFor('Together: proven', 120_000)
      const seconds = (performance.now() - began) / 1000
      await pause(Math.max(0, READING_MS - seconds * 1000))
      console.log(
        `| stage ${stage} of the wizard, its proof is there after | ${seconds.toFixed(1)} | | | | ≤ 10 |`,
      )
    })
  } finally {
    await lab.stop()
  }
}

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const wanted = process.argv.slice(2)
console.log('| nginx, apache2, a slow stop | seconds | processors | waiting | others | goal |')
console.log('| --- | --- | --- | --- | --- | --- |')
for (const walk of WALKS) {
  if (wanted.length === 0 || wanted.some((word) => walk.title.startsWith(word))) await timeWalk(walk)
}
if (wanted.length === 0 || wanted.includes('wizard')) await timeWizard()
