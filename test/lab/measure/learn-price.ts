// npm run learn-price: what does it cost nginx to be learned live, while it serves as many requests as it can?
import { programFiles } from '../kit/bundled.ts'
import { bootLab, type Lab } from '../kit/lab.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { median, type Rate, requests } from '../kit/requests.ts'
import { answerOf, leftovers } from '../kit/subjects.ts'

const FOLDER = '/opt/learn-price'
const PAIRS = 5
const SECONDS = 5
/** A pair between the halves of which others than the lab took so much more or less says nothing: it is measured again. */
const MAX_UNEQUAL = 0.04
const MAX_TRIES = PAIRS + 3

async function until(lab: Lab, pattern: string): Promise<void> {
  const wait = 'until grep -q "$1" /tmp/learned; do sleep 0.1; done'
  await lab.output(['timeout', '60', 'sh', '-c', wait, 'sh', pattern], { timeoutMs: 70_000 })
}

/** Asks nginx while it is learned; the rest is what the learning said of itself. */
async function learned(lab: Lab, known: boolean): Promise<{ rate: Rate; said: string }> {
  const longer = String(SECONDS + 2)
  const script = 'main=$1; shift; node "$main" nginx.service "$@" >/tmp/learned 2>&1 &'
  const facts = known ? ['/tmp/facts.json'] : []
  await lab.output(['sh', '-c', script, 'sh', `${FOLDER}/main.mjs`, longer, ...facts])
  await until(lab, '^learning$')
  const rate = await requests(lab, SECONDS)
  await until(lab, '^{')
  return { rate, said: ((await lab.read('/tmp/learned')) ?? '').split('\n')[1] ?? '' }
}

async function pairs(lab: Lab, known: boolean): Promise<void> {
  const how = known ? 'with what a clone taught known' : 'with nothing known'
  const shares: number[] = []
  for (let tries = 0; shares.length < PAIRS && tries < MAX_TRIES; tries += 1) {
    const alone = await requests(lab, SECONDS)
    const { rate, said } = await learned(lab, known)
    const counts = Math.abs(alone.others - rate.others) <= MAX_UNEQUAL
    if (counts) shares.push(rate.rate / alone.rate)
    const percent = (value: number) => `${(100 * value).toFixed(1)} %`
    console.log(
      `${how}: ${alone.rate.toFixed(0)} requests/s untraced, ${rate.rate.toFixed(0)} learned: ` +
        `${percent(rate.rate / alone.rate)}; others took ${percent(alone.others)} and ${percent(rate.others)}` +
        `${counts ? '' : ', does not count'}; ${said}`,
    )
  }
  console.log(`median of ${shares.length} ${how}: ${(100 * median(shares)).toFixed(1)} % of its requests/s`)
}

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const files = await programFiles(FOLDER, 'test/lab/inside/learn-price-main.ts')
const lab = await bootLab({ services: ['nginx'], files })
try {
  for (const known of [true, false]) await pairs(lab, known)
  const left = (await leftovers(lab)).join() || 'nothing'
  console.log(`afterwards GET / answers ${await answerOf(lab)}; left behind: ${left}`)
} finally {
  await lab.stop()
}
