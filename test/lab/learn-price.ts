// npm run learn-price: what does it cost nginx to be learned live, while it serves as many requests as it can?
import { programFiles } from './bundled.ts'
import { bootLab, type Lab } from './lab.ts'
import { labProblem } from './problem.ts'
import { median, requests } from './requests.ts'
import { answerOf, leftovers } from './subjects.ts'

const FOLDER = '/opt/learn-price'
const PAIRS = 5
const SECONDS = 8

/** Asks nginx with all its might while it is learned; how it was learned besides. */
async function learned(lab: Lab, known: boolean): Promise<{ rate: number; said: string }> {
  const longer = String(SECONDS + 3)
  const script = 'main=$1; shift; node "$main" nginx.service "$@" >/tmp/learned 2>&1 &'
  const facts = known ? ['/tmp/facts.json'] : []
  await lab.output(['sh', '-c', script, 'sh', `${FOLDER}/main.mjs`, longer, ...facts])
  await lab.untilSuccess([
    'timeout',
    '60',
    'sh',
    '-c',
    'until grep -qx learning /tmp/learned; do sleep 0.1; done',
  ])
  const rate = await requests(lab, SECONDS)
  await lab.untilSuccess(['timeout', '60', 'sh', '-c', 'until grep -q "^{" /tmp/learned; do sleep 0.1; done'])
  return { rate, said: ((await lab.read('/tmp/learned')) ?? '').split('\n')[1] ?? '' }
}

async function pairs(lab: Lab, known: boolean): Promise<void> {
  const how = known ? 'with what a clone taught known' : 'with nothing known'
  const shares: number[] = []
  for (let pair = 1; pair <= PAIRS; pair += 1) {
    const alone = await requests(lab, SECONDS)
    const { rate, said } = await learned(lab, known)
    shares.push(rate / alone)
    const percent = ((100 * rate) / alone).toFixed(1)
    console.log(
      `${pair} ${how}: ${alone.toFixed(0)} requests/s, learned ${rate.toFixed(0)}: ${percent} % ${said}`,
    )
  }
  console.log(`median ${how}: nginx keeps ${(100 * median(shares)).toFixed(1)} % of its requests/s`)
}

const problem = labProblem()
if (problem !== undefined) throw new Error(problem)
const files = await programFiles(FOLDER, 'test/lab/learn-price-main.ts')
const lab = await bootLab({ services: ['nginx'], files })
try {
  for (const known of [true, false]) await pairs(lab, known)
  console.log(
    `afterwards GET / answers ${await answerOf(lab)}; left behind: ${(await leftovers(lab)).join() || 'nothing'}`,
  )
} finally {
  await lab.stop()
}
