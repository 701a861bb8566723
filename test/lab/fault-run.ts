import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { KEEP_STEPS, TRIAL_STEPS } from '../../src/trial/steps.ts'
import type { CommandResult } from './command.ts'
import { FAULT_KINDS, type FaultKind, signalStopped } from './fault-kinds.ts'
import type { Lab, LabWish } from './lab.ts'
import { type Listing, list } from './listing.ts'
import { comparable, leftovers } from './subjects.ts'

/** The dead-man timer of --yes runs half a minute, at the end of a walk two; then the undo restarts the service once. */
const DEAD_MAN_MS = 170_000
/** How long a disk stays full or read-only. */
const BROKEN_MS = 25_000
const STEPS = [...TRIAL_STEPS, ...KEEP_STEPS]
const BEFORE_COMMIT: readonly string[] = [...TRIAL_STEPS, 'recheck', 'commit']

export interface FaultSubject {
  unit: string
  wish: LabWish
  /** A program that prints `answer` as long as the service is well. */
  ask: readonly string[]
  answer: string
}

const http = {
  ask: ['curl', '-s', '-o', '/dev/null', '-m', '5', '-w', '%{http_code}', 'http://127.0.0.1/'],
  answer: '200',
}

export const FAULT_SUBJECTS: readonly FaultSubject[] = [
  { unit: 'apache2.service', wish: { services: ['apache2'] }, ...http },
  { unit: 'nginx.service', wish: { services: ['nginx'] }, ...http },
  {
    unit: 'redis-server.service',
    wish: { services: ['redis-server'] },
    ask: ['redis-cli', '-h', '127.0.0.1', 'incrby', 'fault', '0'],
    answer: '0',
  },
]

export interface FaultPoint {
  step: string
  kind: FaultKind
}

/** The i-th of a sequence that meets every kind before every step once in as many as the two numbers multiply to. */
export function faultPoint(i: number): FaultPoint {
  const round = Math.floor(i / STEPS.length)
  const kind = FAULT_KINDS[(i + round) % FAULT_KINDS.length] as FaultKind
  return { step: STEPS[i % STEPS.length] as string, kind }
}

export interface FaultResult extends FaultPoint {
  /** As the walk named it: "Stage 2 of 5"; undefined when the walk never came to the step. */
  stage: string | undefined
  /** The walk said that nothing is left to do. */
  over: boolean
  /** Each thing that is worse than before; empty when the service survived. */
  lost: string[]
  /** What the walk printed last, for a result that lost something. */
  said: string
}

export async function answers(lab: Lab, { ask, answer }: FaultSubject): Promise<boolean> {
  const said = await lab.run(ask, { timeoutMs: 10_000 })
  return said.stdout.trim() === answer
}

/** hardenctl behind a shell: nsenter would stop with a child that stops. */
export function startWalk(lab: Lab, unit: string, faults: string): Promise<CommandResult> {
  const argv = ['sh', '-c', 'hardenctl "$1" --yes --no-rehearsal & wait $!', 'sh', unit]
  return lab.run(argv, { env: { HARDENCTL_KILL_BEFORE: faults }, timeoutMs: 240_000 })
}

/** Plays a kind that stops the process, and what happens to the host meanwhile. False when the walk ended before. */
async function playStopped(lab: Lab, unit: string, kind: FaultKind, ended: () => boolean): Promise<boolean> {
  while (!(await signalStopped(lab, '0'))) {
    if (ended()) return false
    await pause(50)
  }
  await kind.meanwhile?.(lab, unit)
  if (kind.after !== 'gone') await signalStopped(lab, kind.after === 'kill' ? 'KILL' : 'CONT')
  return true
}

async function until(limitMs: number, condition: () => Promise<boolean>): Promise<boolean> {
  const ends = Date.now() + limitMs
  while (!(await condition())) {
    if (Date.now() > ends) return false
    await pause(500)
  }
  return true
}

function keptText(lab: Lab, unit: string): Promise<string | undefined> {
  return lab.read(`/etc/systemd/system/${unit}.d/zz-hardenctl-kept.conf`)
}

/** hardenctl's state grows by what each walk measured, redis writes its data and apache2 its pid as they like. */
function withoutState({ files, ...rest }: Listing): Listing {
  const own = Object.entries(files).filter(
    ([path]) => !/^\/var\/lib\/(hardenctl|redis\/dump)|^\/run\/apache2\/apache2\.pid\./.test(path),
  )
  // The size of /run, and of what of it is mounted elsewhere, is the harness's to change.
  const mounts = rest.machine.mounts.map((line) => line.replace(/^(tmpfs \S+ tmpfs .*),size=\d+k/, '$1'))
  return { ...rest, machine: { ...rest.machine, mounts }, files: Object.fromEntries(own) }
}

async function listed(lab: Lab, unit: string): Promise<Listing> {
  return withoutState(comparable(await list(lab, unit)))
}

function describe(key: string, before: unknown, after: unknown): string {
  if (Array.isArray(before) && Array.isArray(after)) {
    const gone = before.filter((one) => !after.includes(one)).map((one) => `-${one}`)
    const came = after.filter((one) => !before.includes(one)).map((one) => `+${one}`)
    return `${key}: ${[...gone, ...came].join(' ')}`
  }
  return `${key}: ${String(before).slice(0, 300)} → ${String(after).slice(0, 300)}`
}

function changes(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)])
  const wrong = [...keys].filter((key) => !isDeepStrictEqual(before[key], after[key]))
  return wrong.map((key) => describe(key, before[key], after[key]))
}

export function worse(before: Listing, after: Listing, rebooted: boolean): string[] {
  return [
    ...changes(before.files, after.files).filter(
      (line) => !rebooted || !/^\/(run|tmp|var\/tmp)\//.test(line),
    ),
    ...changes(before.unit, after.unit).filter((line) => !rebooted || !/^[UG]ID: /.test(line)),
    // A boot makes units, control groups and mounts of its own.
    ...(rebooted ? [] : changes(before.machine, after.machine)).filter(
      (line) => !/^units: ([+-]\S+\.mount ?)+$/.test(line),
    ),
  ]
}

/** Whether nothing of hardenctl's own code runs after the fault. */
function isKilled({ signals, after }: FaultKind): boolean {
  return signals.includes('SIGKILL') || after === 'gone' || after === 'kill'
}

/** One walk with one fault in it, and whether the service and its host are as they were or one stage further. */
export async function runFault(lab: Lab, subject: FaultSubject, point: FaultPoint): Promise<FaultResult> {
  const { unit } = subject
  const { kind, step } = point
  const before = await listed(lab, unit)
  const kept = await keptText(lab, unit)
  const goesOn = kind.after === 'go on'
  const faults = kind.signals.map((signal) => `${step}:1:${signal}`)
  // What goes on would walk all the stages; the next fault wants to meet them too.
  // A stage that broke once comes to the steps of keeping only with its second or third trial.
  if (goesOn || !BEFORE_COMMIT.includes(step)) {
    faults.push(`snapshot:${(TRIAL_STEPS as readonly string[]).includes(step) ? 2 : 5}:SIGKILL`)
  }
  let ended = false
  const walking = startWalk(lab, unit, faults.join(',')).finally(() => {
    ended = true
  })
  const stopped = kind.signals.includes('SIGSTOP')
  const met = stopped ? await playStopped(lab, unit, kind, () => ended) : undefined
  // A disk is full or sealed for a while; what waits for it is met by a whole one.
  if (met && kind.mend !== undefined)
    await Promise.race([walking, pause(BROKEN_MS, undefined, { ref: false })])
  const mending = met ? kind.mend?.(lab, unit) : undefined
  const mended = mending?.catch((error: Error) => error.message)
  const walk = await walking
  const stage = /Stage \d of 5(?![\s\S]*Stage \d of 5)/.exec(walk.stdout)?.[0]
  const over = walk.exitCode === 0
  const said = `${walk.stdout.split('\n').slice(-25).join('\n')}\n${walk.stderr}`
  const wrong = await mended
  const lost: string[] = typeof wrong === 'string' ? [wrong] : []
  if (met === false || (!stopped && over)) {
    return { ...point, stage: undefined, over, lost: [], said }
  }

  const settled = await until(
    DEAD_MAN_MS,
    async () =>
      (await answers(lab, subject)) && (kind.mend !== undefined || (await leftovers(lab)).length === 0),
  )
  if (!settled && !(await answers(lab, subject))) lost.push('the service does not answer')
  // With its disks whole again the next walk, before it changes anything, ends what could not be ended before.
  const next = kind.mend === undefined ? undefined : await startWalk(lab, unit, 'snapshot:1:SIGKILL')
  await until(DEAD_MAN_MS, async () => (await leftovers(lab)).length === 0)
  lost.push(...(await leftovers(lab)).map((name) => `left behind: ${name}`))
  if (!(await answers(lab, subject))) lost.push('the service does not answer at the end')

  const keptNow = await keptText(lab, unit)
  if (keptNow === kept) lost.push(...worse(before, await listed(lab, unit), kind.after === 'gone'))
  else {
    // A signal once the proof is there comes too late to stop it: what is kept by then was proven.
    const proven = goesOn || (['recheck', 'commit'].includes(step) && !isKilled(kind))
    if (!proven && BEFORE_COMMIT.includes(step)) lost.push('a stage was kept that was never proven')
    const status = await lab.run(['hardenctl', 'status', unit])
    if (status.exitCode !== 0) lost.push(`not in force: ${status.stdout.slice(-300)}`)
  }
  const saidNext = next === undefined ? '' : `the next walk:\n${next.stdout.slice(-2000)}${next.stderr}`
  return { ...point, stage: stage ?? 'the walk', over, lost, said: said + saidNext }
}

/** Brings back what was before the first walk; what differs from `first` is lost. */
export async function undoAll(
  lab: Lab,
  subject: FaultSubject,
  first: Listing,
  rebooted: boolean,
): Promise<string[]> {
  const undo = await lab.run(['hardenctl', 'undo', subject.unit])
  const lost = worse(first, await listed(lab, subject.unit), rebooted)
  if (undo.exitCode !== 0) lost.push(`undo ended with ${undo.exitCode}: ${undo.stdout}${undo.stderr}`)
  if (!(await answers(lab, subject))) lost.push('the service does not answer after the undo')
  return lost
}

export { listed as listFor }
