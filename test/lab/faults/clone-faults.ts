import { setTimeout as pause } from 'node:timers/promises'
import { KEEP_STEPS, TRIAL_STEPS } from '../../../src/trial/transaction/steps.ts'
import type { Lab } from '../kit/lab.ts'
import type { Listing } from '../kit/listing.ts'
import { keptDropIn, leftovers, within } from '../kit/subjects.ts'
import type { FaultKind } from './fault-kind.ts'
import { kindsNamed, signalStopped } from './fault-kinds.ts'
import { answers, type FaultSubject, lastWords, listFor, worse } from './fault-run.ts'

/** Half a minute's timer, its undo, and what the host's PID 1 gives a clone that nobody holds any more. */
const SETTLE_MS = 170_000
const WALK_MS = 600_000
const COMMITTED = new Set<string>(['settle', 'disarm'])

/** What happens to hardenctl while clones are at work, and when. */
export interface CloneFault {
  kind: FaultKind
  /** A step of the single landing of --once on the live host; or how long after the first clone, in milliseconds. */
  when: { step: string } | { afterMs: number }
}

export interface CloneResult extends CloneFault {
  met: boolean
  lost: string[]
  said: string
}

const LANDING = [...TRIAL_STEPS, ...KEEP_STEPS]
const LANDING_KINDS = kindsNamed('SIGKILL', 'SIGTERM', 'power cut', 'SIGINT twice', 'SIGHUP')
const PROVING_KINDS = kindsNamed(
  'SIGKILL',
  'SIGTERM',
  'SIGKILL',
  'power cut',
  'SIGINT twice',
  'reboot',
  'SIGHUP',
)

/** The i-th fault of the landing of --once: SIGKILL before each step in turn, then the other kinds. */
export function landingFault(i: number): CloneFault {
  const round = Math.floor(i / LANDING.length)
  const kind = LANDING_KINDS[round === 0 ? 0 : 1 + (i % (LANDING_KINDS.length - 1))] as FaultKind
  return { kind, when: { step: LANDING[i % LANDING.length] as string } }
}

/** The i-th fault at a moment of proving: moments spread over the first half minute, the same in every run. */
export function provingFault(i: number): CloneFault {
  const kind = PROVING_KINDS[i % PROVING_KINDS.length] as FaultKind
  return { kind, when: { afterMs: (i * 7919) % 24_000 } }
}

const clones = (lab: Lab) =>
  lab.output(['systemctl', 'list-units', '--all', '--no-legend', '--plain', 'hardenctl-clone-*'])

/** Processes that are in a namespace of their own: what a clone's first process and all below it are. */
async function processesOfClones(lab: Lab): Promise<string[]> {
  const script = `
    own=$(readlink /proc/1/ns/pid)
    for process in /proc/[0-9]*; do
      space=$(readlink "$process/ns/pid") || continue
      [ "$space" = "$own" ] || { tr '\\0' ' ' <"$process/cmdline"; echo; }
    done`
  return (await lab.output(['sh', '-c', script])).split('\n').filter((line) => line.trim() !== '')
}

/** The walk behind a shell, and its process. */
function startWalk(lab: Lab, unit: string, faults: string, once: boolean) {
  const script = 'hardenctl "$@" & echo $! >/opt/walk; wait $!'
  const argv = ['sh', '-c', script, 'sh', unit, '--yes', ...(once ? ['--once'] : [])]
  return lab.run(argv, { env: { HARDENCTL_KILL_BEFORE: faults }, timeoutMs: WALK_MS })
}

async function strike(lab: Lab, unit: string, { signals, meanwhile, after }: FaultKind): Promise<void> {
  for (const signal of signals)
    await lab.run(['sh', '-c', 'kill -"$1" "$(cat /opt/walk)"', 'sh', signal.slice(3)])
  await meanwhile?.(lab, unit)
  if (after === 'kill') await signalStopped(lab, 'KILL')
}

async function play(lab: Lab, unit: string, { kind, when }: CloneFault) {
  const faults = 'step' in when ? kind.signals.map((signal) => `live/${when.step}:1:${signal}`).join(',') : ''
  let ended = false
  // Half of the moments are in a walk that goes stage by stage.
  const once = 'step' in when || when.afterMs % 2 === 0
  const walking = startWalk(lab, unit, faults, once).finally(() => {
    ended = true
  })
  if ('afterMs' in when) {
    while (!ended && (await clones(lab)) === '') await pause(100)
    await pause(when.afterMs)
    if (!ended) await strike(lab, unit, kind)
  } else if (kind.signals.includes('SIGSTOP')) {
    while (!ended && !(await signalStopped(lab, '0'))) await pause(100)
    if (!ended) await kind.meanwhile?.(lab, unit)
  }
  const walk = await walking
  return { walk, met: walk.exitCode !== 0 }
}

async function leftOf(lab: Lab): Promise<string[]> {
  return [...(await leftovers(lab)), ...(await processesOfClones(lab))]
}

/** Whether a kept drop-in may be there after it, and is in force. */
async function judgeKept(lab: Lab, unit: string, { when, kind }: CloneFault): Promise<string[]> {
  // A signal that is no kill comes too late once the proof is there.
  const early = 'step' in when && (kind.signals.includes('SIGKILL') || kind.after === 'gone')
  const status = await lab.run(['hardenctl', 'status', unit])
  return [
    ...(early && !COMMITTED.has(when.step) ? ['what was never proven was kept'] : []),
    ...(status.exitCode === 0 ? [] : [`not in force: ${status.stdout.slice(-300)}`]),
  ]
}

/** One walk with clones and one fault in it; whatever it kept is undone at the end. */
export async function runCloneFault(
  lab: Lab,
  subject: FaultSubject,
  fault: CloneFault,
  first: Listing,
  rebooted: boolean,
): Promise<CloneResult> {
  const { unit } = subject
  const { walk, met } = await play(lab, unit, fault)
  const said = lastWords(walk)
  await within(SETTLE_MS, async () => (await answers(lab, subject)) && (await leftOf(lab)).length === 0)
  const lost = (await leftOf(lab)).map((name) => `left behind: ${name}`)
  if (!(await answers(lab, subject))) lost.push('the service does not answer')
  const gone = rebooted || fault.kind.after === 'gone'
  await lab.run(['rm', '-f', '/opt/walk'])
  if ((await keptDropIn(lab, unit)) !== undefined) {
    lost.push(...(await judgeKept(lab, unit, fault)))
    const undo = await lab.run(['hardenctl', 'undo', unit])
    if (undo.exitCode !== 0) lost.push(`undo ended with ${undo.exitCode}: ${undo.stdout}${undo.stderr}`)
  }
  lost.push(...worse(first, await listFor(lab, unit), gone))
  return { ...fault, met, lost: met ? lost : [], said }
}
