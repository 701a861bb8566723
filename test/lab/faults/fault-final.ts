import { FINAL_STEPS } from '../../../src/trial/transaction/steps.ts'
import type { Lab } from '../kit/lab.ts'
import type { Listing } from '../kit/listing.ts'
import { keptDropIn, leftovers } from '../kit/subjects.ts'
import type { FaultKind } from './fault-kind.ts'
import { kindsNamed } from './fault-kinds.ts'
import {
  type FaultPoint,
  type FaultResult,
  type FaultSubject,
  lastWords,
  listFor,
  playFault,
  settle,
  worse,
} from './fault-run.ts'

const KINDS = kindsNamed(
  'SIGKILL',
  'SIGTERM',
  'power cut',
  'daemon-reexec, then SIGKILL',
  'SIGINT twice',
  'SIGHUP',
  'reboot',
)

/** The i-th at the last check of a walk: each step in turn, with the next kind in each round. */
export function finalPoint(i: number): FaultPoint {
  const round = Math.floor(i / FINAL_STEPS.length)
  const step = FINAL_STEPS[i % FINAL_STEPS.length] as string
  return { step, kind: KINDS[(i + round) % KINDS.length] as FaultKind }
}

/**
 * A whole walk with one fault at its last check, upon whatever the one before left. The service ends with all that was
 * kept in force, or as it was before the first walk.
 */
export async function runFinalFault(
  lab: Lab,
  subject: FaultSubject,
  point: FaultPoint,
  first: Listing,
  rebooted: boolean,
): Promise<FaultResult> {
  const { unit } = subject
  const { walk } = await playFault(lab, unit, point, [])
  const said = lastWords(walk)
  const result = { ...point, stage: 'the last check', over: false, said }
  // Not every service can be reloaded.
  if (walk.exitCode === 0) return { ...result, stage: undefined, over: true, lost: [] }
  if (/^hardenctl: /m.test(walk.stderr)) return { ...result, lost: ['the walk was refused'] }
  const lost = await settle(lab, subject, async () => (await leftovers(lab)).length === 0)
  lost.push(...(await leftovers(lab)).map((name) => `left behind: ${name}`))
  if ((await keptDropIn(lab, unit)) === undefined) {
    lost.push(...worse(first, await listFor(lab, unit), rebooted || point.kind.after === 'gone'))
  } else {
    const status = await lab.run(['hardenctl', 'status', unit])
    if (status.exitCode !== 0) lost.push(`not in force: ${status.stdout.slice(-300)}`)
  }
  return { ...result, lost }
}
