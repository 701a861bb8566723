import { setTimeout as pause } from 'node:timers/promises'
import type { Assignment, Stage } from '../../catalog/common/types.ts'
import { isTaught } from '../../catalog/syscalls/call-logging.ts'
import { Bug, isExpected, orElse, reasonOf } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import { observe } from '../../observe/observe.ts'
import { rearmTimer } from '../../systemd/manager/timer.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import { takeSnapshot } from '../../trial/health/unit-snapshot.ts'
import { AbortedTrial, attempt } from '../../trial/transaction/transaction.ts'
import type { TrialContext } from '../../trial/transaction/trial.ts'
import { undo } from '../../trial/transaction/undo.ts'
import { lowerOwnPriority } from '../proof/clone-scheduler.ts'
import { requireBack } from '../stage/stage-trial.ts'
import { beginStage, type StageWork, toAlternative } from '../stage/stage-work.ts'
import { trialContext } from '../stage/trial-context.ts'
import type { WalkContext } from '../walk/context.ts'
import type { StagePhase } from '../walk/state.ts'
import { learnAgain } from './learning-phase.ts'
import { type Log, logFor, openEar } from './live-log.ts'
import type { RecordedTraffic, TrafficRecorder } from './traffic-recorder.ts'

/** Often enough for the shortest time until PID 1 undoes it. */
const REARM_MS = 5000
const LOOK_MS = 2000
/** A look at many processes takes long: the pause is this many times as long. */
const PAUSES = 20

/** Asks on one screen; true for yes. */
async function isWanted(
  context: WalkContext,
  facts: Facts,
  log: Log,
  deadManSeconds: number,
): Promise<boolean> {
  const { subject, ask, options } = context
  const lasts =
    options.learnLive === undefined
      ? 'It lasts until you end it'
      : `It lasts ${options.learnLive} s, or until you end it`
  const which = isTaught(facts) ? 'no clone saw it make' : 'this stage would deny'
  const text =
    'why' in log
      ? [
          `hardenctl cannot learn system calls from the live ${subject.unit}: ${log.why}.`,
          'It can learn sockets, open files, programs and memory: it reads /proc every two seconds. It restarts and changes nothing.',
          `${lasts}.`,
        ]
      : [
          `${subject.unit} works as usual. The kernel allows and logs each system call that ${which}; other calls cost nothing. hardenctl reads its sockets, open files, programs and memory from /proc every two seconds.`,
          'The service restarts twice: now, and at the end to be as before. hardenctl proves each restart as in any stage. It traces nothing, and keeps only a list of what it saw.',
          `${lasts}. If hardenctl or this connection dies, PID 1 ends it within ${deadManSeconds} s.`,
        ]
  const yes = 'why' in log ? 'Learn from /proc' : `Learn, and restart ${subject.unit} for it`
  const phase = { at: 'question', id: 'learn-live', text, yes, no: 'Continue without' } as const
  return (await ask(phase, ['answer']))?.yes === true
}

/**
 * Postpones the undo of the timer while the service is healthy; returns why it ended otherwise. Resolves once `isOver`.
 */
async function keepArmed({ host, unit }: TrialContext, isOver: () => boolean): Promise<string | undefined> {
  let armed = Date.now()
  while (!isOver()) {
    await pause(250)
    if (Date.now() - armed < REARM_MS) continue
    const { active, restarts } = await takeSnapshot(host, unit)
    // Somebody may reload or restart it meanwhile: the calls of that count too.
    if (active === 'failed' || active === 'inactive') return `the service is ${active}`
    if (restarts > 0) return 'the service died and systemd started it again'
    if (!(await rearmTimer(host, unit))) return 'PID 1 ended it'
    armed = Date.now()
  }
  return undefined
}

/** Nothing to guard where nothing was changed. */
async function never(isOver: () => boolean): Promise<undefined> {
  while (!isOver()) await pause(250)
}

/** Records until the person, the clock or a problem ends it; returns the problem. Throws the reason of a Ctrl-C. */
async function listen(
  { ask, signal, options, dispatch }: WalkContext,
  ear: TrafficRecorder,
  noCalls: string | undefined,
  guard: (isOver: () => boolean) => Promise<string | undefined>,
): Promise<string | undefined> {
  const since = Date.now()
  const until = options.learnLive === undefined ? undefined : since + options.learnLive * 1000
  const phase = {
    at: 'learning' as const,
    since,
    ...(until === undefined ? {} : { until }),
    ...(noCalls === undefined ? {} : { noCalls }),
    ...ear.heard(),
  }
  let over = false
  const stop = new AbortController()
  // The signal below throws for a Ctrl-C, when all work under way has ended.
  const ending = ask(phase, ['end-learning'], until, stop.signal)
    .catch(orElse(undefined))
    .then(() => {
      over = true
    })
  const guarding = guard(() => over)
    .catch(reasonOf)
    .finally(() => stop.abort())
  while (!over) {
    const begun = Date.now()
    await ear.listen().catch(orElse(undefined))
    if (!over) dispatch({ type: 'news', ...ear.heard() })
    const rest = Math.max(LOOK_MS, (Date.now() - begun) * PAUSES)
    await Promise.race([pause(rest), ending])
  }
  const why = await guarding
  signal.throwIfAborted()
  return why
}

/** The trial that has calls logged, from its restart to the proof that the service is as before. */
async function listenLogged(
  context: WalkContext,
  trials: TrialContext,
  ear: TrafficRecorder,
  assignments: readonly Assignment[],
): Promise<string | undefined> {
  const { dispatch } = context
  const deadline = Date.now() + trials.deadManSeconds * 1000
  dispatch({ type: 'phase', phase: { at: 'trial', doing: 'try', stage: 'learning', steps: [], deadline } })
  const tried = await attempt(trials, 'syscalls', { assignments, ownership: [] })
  if (!tried.healthy) {
    requireBack('the live learning broke it', tried.undone, context)
    return `it was tried and undone: ${tried.reasons[0]?.text ?? 'not healthy'}`
  }
  let ended: string | undefined
  let failure: unknown
  ear.started()
  const comeBack = lowerOwnPriority()
  try {
    ended = await listen(context, ear, undefined, (isOver) => keepArmed(trials, isOver))
  } catch (error) {
    failure = error
  }
  comeBack()
  if (!context.signal.aborted) {
    await ear.finish().catch(orElse(undefined))
    dispatch({ type: 'news', ...ear.heard() })
  }
  dispatch({ type: 'phase', phase: { at: 'trial', doing: 'finish', stage: 'learning', steps: [] } })
  const undone = await undo(trials, tried.trial)
  if (context.signal.aborted) throw new AbortedTrial(undone)
  requireBack('the live learning is over', undone, context)
  if (failure !== undefined && !isExpected(failure)) throw new Bug(failure, undone)
  if (failure !== undefined) return `it was ended: ${reasonOf(failure)}`
  return ended === undefined ? undefined : `it was ended: ${ended}`
}

function counted(count: number, one: string, many: string): string[] {
  return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
}

/** What came of it, for the notes of the stage. */
function summary({ news, lost }: RecordedTraffic, seconds: number, why: string | undefined): string[] {
  const found = [
    ...counted(news.calls.length, 'system call', 'system calls'),
    ...counted(news.sockets.length, 'kind of socket', 'kinds of socket'),
    ...counted(news.files.length, 'written file', 'written files'),
    ...counted(news.programs.length, 'program or library', 'programs or libraries'),
    ...counted(news.memory.length, 'program with writable code', 'programs with writable code'),
  ]
  const calls = news.calls.map(({ name, by }) => `${name} (${by})`).join(', ')
  return [
    ...(seconds > 0
      ? [
          `Learned from live traffic for ${seconds} s: ${found.length === 0 ? 'nothing new' : found.join(', ')}.`,
        ]
      : []),
    ...(calls === '' ? [] : [`New calls: ${calls}.`]),
    ...(lost
      ? [
          'The kernel dropped records of calls, or may have: learn again, and the kernel logs only calls that are still unknown.',
        ]
      : []),
    ...(why === undefined ? [] : [`Learning from live traffic: ${why}.`]),
  ]
}

/** What the screen of a stage says of it: where it can be had, and what came of it. */
export function learnable(
  { host, live, learning }: WalkContext,
  stage: Stage,
): Pick<StagePhase, 'learnable' | 'learnedLive'> {
  if (stage !== 'syscalls' || host !== live) return {}
  const [came] = learning.live
  return { learnable: true, ...(came === undefined ? {} : { learnedLive: came }) }
}

/**
 * Learns from the live service: a trial that is never kept makes the kernel log unknown calls, and hardenctl reads
 * /proc. No tracer is attached, so none can end the service. The result is in `context.learning`, with notes. Asks
 * first. `chosen` is the stage as the person has it now; calls that its filter would kill are always logged.
 */
export async function learnLive(context: WalkContext, baseline: Baseline, chosen?: StageWork): Promise<void> {
  if (baseline.oneshot !== undefined)
    return context.learning.summedUp(['It has no live traffic: it does its work and ends (Type=oneshot).'])
  // A clone teaches what it can first, so that the live service need not pay for it.
  await learnAgain(context, baseline)
  const { live, subject, dispatch, learning, options } = context
  const what = 'Testing whether the kernel’s log of system calls can be read here'
  dispatch({ type: 'phase', phase: { at: 'looking', what } })
  const observed = await observe(live, subject.unit)
  const facts = learning.facts === undefined ? observed : { ...observed, learned: learning.facts }
  const usual = trialContext(context, facts, baseline)
  const trials = { ...usual, deadManSeconds: usual.deadManSeconds - options.keepSeconds }
  const offered = beginStage('syscalls', facts)
  const work = chosen ?? (options.exactCalls ? toAlternative(offered, 'SystemCallFilter') : offered)
  const log = await logFor(context, facts, work)
  if (!(await isWanted(context, facts, log, trials.deadManSeconds))) return
  const ear = await openEar(context, facts, log)
  const keepHeard = async () => {
    if (ear.learned === undefined) return
    await context.store.save({ learned: learning.heard(ear.learned) })
  }
  let why: string | undefined
  try {
    if ('why' in log) ear.started()
    why =
      'why' in log
        ? await listen(context, ear, log.why, never)
        : await listenLogged(context, trials, ear, log.assignments)
  } catch (error) {
    // The error that ended it is thrown further, and says more.
    await keepHeard().catch(() => undefined)
    throw error
  }
  await keepHeard()
  learning.summedUp(summary(ear.heard(), ear.seconds, why))
}
