import { setTimeout as pause } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { KEEP_STEPS, TRIAL_STEPS } from '../../../src/trial/transaction/steps.ts'
import type { CommandResult } from '../kit/command.ts'
import type { Lab, LabWish } from '../kit/lab.ts'
import { type Listing, list } from '../kit/listing.ts'
import { answerOf, comparable, keptDropIn, leftovers, within } from '../kit/subjects.ts'
import type { FaultKind } from './fault-kind.ts'
import { CLOCK_FILE, FAULT_KINDS, signalStopped } from './fault-kinds.ts'
import { HANG_FILE } from './fault-others.ts'

/** The dead-man timer of --yes runs half a minute, at the end of a walk two; then the undo restarts the service once. */
const DEAD_MAN_MS = 170_000
/** How long a disk stays full or read-only. */
const BROKEN_MS = 25_000
const STEPS = [...TRIAL_STEPS, ...KEEP_STEPS]
const BEFORE_PROOF = new Set<string>(TRIAL_STEPS)
const BEFORE_COMMIT = new Set<string>([...TRIAL_STEPS, 'recheck', 'commit'])

export interface FaultSubject {
  unit: string
  wish: LabWish
  /** Uses the service; says `answer` as long as it is well. */
  ask(lab: Lab): Promise<string>
  answer: string
  /** Options of the walk; default none, so that it goes through all stages. */
  options?: readonly string[]
}

const http = { ask: answerOf, answer: '200' }

const HANG = `#!/bin/sh
# What a start waits for, as it may for a lock or a mount.
seconds=0
while [ -e ${HANG_FILE} ] && [ $seconds -lt 70 ]; do sleep 1; seconds=$((seconds + 1)); done
`
const CLOCK = `import { readFileSync } from 'node:fs'
const RealDate = Date
const off = () => {
  try { return Number(readFileSync('${CLOCK_FILE}', 'utf8')) } catch { return 0 }
}
globalThis.Date = class extends RealDate {
  constructor(...given) { given.length > 0 ? super(...given) : super(RealDate.now() + off()) }
  static now() { return RealDate.now() + off() }
}
`

/** A lab whose service can be made to hang at its start, with a disk that is soon full. */
function wishFor(name: string): LabWish {
  return {
    services: [name],
    size: '256m',
    files: {
      '/opt/hang.sh': HANG,
      '/opt/clock.mjs': CLOCK,
      [`/etc/systemd/system/${name}.service.d/lab.conf`]: '[Service]\nExecCondition=+/opt/hang.sh\n',
    },
    setup: [
      ['chmod', '755', '/opt/hang.sh'],
      ['systemctl', 'daemon-reload'],
    ],
  }
}

export const FAULT_SUBJECTS: readonly FaultSubject[] = [
  { unit: 'apache2.service', wish: wishFor('apache2'), ...http },
  { unit: 'nginx.service', wish: wishFor('nginx'), ...http },
  {
    unit: 'redis-server.service',
    wish: wishFor('redis-server'),
    ask: async (lab) =>
      (await lab.run(['redis-cli', '-h', '127.0.0.1', 'incrby', 'fault', '0'], { timeoutMs: 10_000 })).stdout,
    answer: '0',
  },
]

/** How many points it takes to meet every kind before every step. */
export const POINTS = STEPS.length * FAULT_KINDS.length

export interface FaultPoint {
  step: string
  kind: FaultKind
}

/** The i-th of a sequence that meets every kind before every step once in as many as the two numbers multiply to. */
export function faultPoint(i: number): FaultPoint {
  const round = Math.floor(i / STEPS.length)
  const kind = FAULT_KINDS[(i + round) % FAULT_KINDS.length] as FaultKind
  const step = STEPS[i % STEPS.length] as string
  const { steps = STEPS } = kind
  return { step: steps.includes(step) ? step : (steps[i % steps.length] as string), kind }
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
  return (await ask(lab)).trim() === answer
}

/** hardenctl behind a shell: nsenter would stop with a child that stops. */
function startWalk(
  lab: Lab,
  unit: string,
  faults: string,
  options: readonly string[] = [],
): Promise<CommandResult> {
  const argv = ['sh', '-c', 'hardenctl "$@" --yes --no-rehearsal & wait $!', 'sh', unit, ...options]
  const env = { HARDENCTL_KILL_BEFORE: faults, NODE_OPTIONS: '--import=/opt/clock.mjs' }
  return lab.run(argv, { env, timeoutMs: 300_000 })
}

/** Plays a kind that stops the process, and what happens to the host meanwhile. False when the walk ended before. */
async function playStopped(lab: Lab, unit: string, kind: FaultKind, ended: () => boolean): Promise<boolean> {
  while (!(await signalStopped(lab, '0'))) {
    if (ended()) return false
    await pause(50)
  }
  const done = await kind.meanwhile?.(lab, unit)
  if (kind.after !== 'gone') await signalStopped(lab, kind.after === 'kill' ? 'KILL' : 'CONT')
  return done !== false
}

/**
 * The lab as it is compared: without what hardenctl's state grows by with each walk, and what redis and apache2 write
 * of data and pid as they like.
 */
export async function listFor(lab: Lab, unit: string): Promise<Listing> {
  const { files, machine, ...rest } = comparable(await list(lab, unit))
  const own = Object.entries(files).filter(
    ([path]) => !/^\/var\/lib\/(hardenctl|redis\/dump)|^\/run\/apache2\/apache2\.pid\./.test(path),
  )
  // The size of /run, and of what of it is mounted elsewhere, is the harness's to change.
  const mounts = machine.mounts.map((line) => line.replace(/^(tmpfs \S+ tmpfs .*),size=\d+k/, '$1'))
  return { ...rest, machine: { ...machine, mounts }, files: Object.fromEntries(own) }
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

interface Played {
  walk: CommandResult
  /** The walk came to the step. */
  met: boolean
  /** Why the host could not be made whole again. */
  unmended?: string
}

/**
 * Where a walk ends that the fault did not end, as HARDENCTL_KILL_BEFORE has it. It would walk all the stages, and the
 * next fault wants to meet them too. A stage that broke once comes to the steps of keeping only with its second or third
 * trial.
 */
function endOf({ kind, step }: FaultPoint): string[] {
  if (kind.after !== 'go on' && BEFORE_COMMIT.has(step)) return []
  return [`snapshot:${BEFORE_PROOF.has(step) ? 2 : 5}:SIGKILL`]
}

/** One walk with the fault in it, up to its end; a host that was broken for it is whole again. */
export async function playFault(
  lab: Lab,
  unit: string,
  { kind, step }: FaultPoint,
  more: readonly string[],
  options: readonly string[] = [],
): Promise<Played> {
  const faults = [...kind.signals.map((signal) => `${step}:1:${signal}`), ...more]
  if (kind.also !== undefined) faults.push(kind.also)
  let ended = false
  const walking = startWalk(lab, unit, faults.join(','), options).finally(() => {
    ended = true
  })
  if (!kind.signals.includes('SIGSTOP')) {
    const walk = await walking
    // A walk that was refused never came to a step.
    return { walk, met: walk.exitCode !== 0 && /^Stage \d of 5/m.test(walk.stdout) }
  }
  if (!(await playStopped(lab, unit, kind, () => ended))) return { walk: await walking, met: false }
  if (kind.mend === undefined) return { walk: await walking, met: true }
  // A disk is full or sealed for a while; what waits for it is met by a whole one.
  const { lasts } = kind
  if (lasts !== undefined) await pause(lasts)
  else await Promise.race([walking, pause(BROKEN_MS, undefined, { ref: false })])
  try {
    await kind.mend(lab, unit, step)
    return { walk: await walking, met: true }
  } catch (error) {
    return { walk: await walking, met: true, unmended: (error as Error).message }
  }
}

/** Waits until the service answers and nothing of the trial is left, and says what of that did not come. */
export async function settle(
  lab: Lab,
  subject: FaultSubject,
  isClear: () => Promise<boolean>,
): Promise<string[]> {
  const well = () => answers(lab, subject)
  await within(DEAD_MAN_MS, async () => (await well()) && (await isClear()))
  return (await well()) ? [] : ['the service does not answer']
}

/** Whether what is kept is less than, or more than, what the walk had proven when the fault struck. */
async function judgeKept(lab: Lab, unit: string, { kind, step }: FaultPoint): Promise<string[]> {
  // A signal once the proof is there comes too late to stop it: what is kept by then was proven.
  const proven =
    kind.after === 'go on' || !BEFORE_COMMIT.has(step) || (!BEFORE_PROOF.has(step) && !isKilled(kind))
  const status = await lab.run(['hardenctl', 'status', unit])
  return [
    ...(proven ? [] : ['a stage was kept that was never proven']),
    ...(status.exitCode === 0 ? [] : [`not in force: ${status.stdout.slice(-300)}`]),
  ]
}

/** Whether hardenctl said what it saw of others; a trial that broke by itself was over before. */
function unnoticed({ kind: { says }, step }: FaultPoint, said: string): string[] {
  if (says === undefined || !says.at.includes(step) || /^ {2}broke:/m.test(said)) return []
  return says.words.test(said) ? [] : [`not noticed: ${says.words.source}`]
}

/** What a walk said before it ended. */
export function lastWords({ stdout, stderr }: CommandResult): string {
  return `${stdout.split('\n').slice(-25).join('\n')}\n${stderr}`
}

/** PID 1 removes the control group of a unit that has ended when it comes to it. */
const COLLECTED_MS = 10_000
const DEAD_MAN_GROUP = /^cgroups: [+-]\S+\/hardenctl-deadman-\S+\.service$/

/** Whether no process is in the control group of a unit that undoes. */
async function isUndoOver(lab: Lab): Promise<boolean> {
  const show = 'cat /sys/fs/cgroup/system.slice/hardenctl-deadman-*.service/cgroup.procs 2>/dev/null'
  return (await lab.run(['sh', '-c', show])).stdout.trim() === ''
}

/**
 * What is worse than `before` once PID 1 has cleared away what ended. A busy PID 1 forgets a unit whose file vanished
 * before it has removed its control group: an empty one that stays, or has gone since, harms nobody.
 */
async function worseAtRest(lab: Lab, unit: string, before: Listing, rebooted: boolean): Promise<string[]> {
  let lost: string[] = []
  await within(COLLECTED_MS, async () => {
    lost = worse(before, await listFor(lab, unit), rebooted)
    if (await isUndoOver(lab)) lost = lost.filter((line) => !DEAD_MAN_GROUP.test(line))
    return lost.length === 0
  })
  return lost
}

/** One walk with one fault in it, and whether the service and its host are as they were or one stage further. */
export async function runFault(lab: Lab, subject: FaultSubject, point: FaultPoint): Promise<FaultResult> {
  const { unit, options } = subject
  const { kind } = point
  const before = await listFor(lab, unit)
  const kept = await keptDropIn(lab, unit)
  const { walk, met, unmended } = await playFault(lab, unit, point, endOf(point), options)
  const over = walk.exitCode === 0
  const said = lastWords(walk)
  if (!met) return { ...point, stage: undefined, over, lost: [], said }

  const lost = [
    ...(unmended === undefined ? [] : [unmended]),
    ...unnoticed(point, `${walk.stdout}\n${walk.stderr}`),
  ]
  const isClear = async () => (await leftovers(lab)).length === 0
  lost.push(...(await settle(lab, subject, kind.mend === undefined ? isClear : async () => true)))
  // With its disks whole again the next walk, before it changes anything, ends what could not be ended before.
  const next = kind.mend === undefined ? undefined : await startWalk(lab, unit, 'snapshot:1:SIGKILL', options)
  await within(DEAD_MAN_MS, isClear)
  lost.push(...(await leftovers(lab)).map((name) => `left behind: ${name}`))
  if (!(await answers(lab, subject))) lost.push('the service does not answer at the end')
  if ((await keptDropIn(lab, unit)) === kept) {
    lost.push(...(await worseAtRest(lab, unit, before, kind.after === 'gone')))
  } else lost.push(...(await judgeKept(lab, unit, point)))

  const stage = /Stage \d of 5(?![\s\S]*Stage \d of 5)/.exec(walk.stdout)?.[0] ?? 'the walk'
  const saidNext = next === undefined ? '' : `the next walk:\n${next.stdout.slice(-2000)}${next.stderr}`
  return { ...point, stage, over, lost, said: said + saidNext }
}

/** Brings back what was before the first walk; what differs from `first` is lost. */
export async function undoAll(
  lab: Lab,
  subject: FaultSubject,
  first: Listing,
  rebooted: boolean,
): Promise<string[]> {
  const undo = await lab.run(['hardenctl', 'undo', subject.unit])
  const lost = await worseAtRest(lab, subject.unit, first, rebooted)
  if (undo.exitCode !== 0) lost.push(`undo ended with ${undo.exitCode}: ${undo.stdout}${undo.stderr}`)
  if (!(await answers(lab, subject))) lost.push('the service does not answer after the undo')
  return lost
}
