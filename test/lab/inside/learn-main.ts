import { liveHost } from '../../../src/host/live-host.ts'
import { observe } from '../../../src/observe/observe.ts'
import { type LearnedFacts, learnedFacts } from '../../../src/observe/trace/learned-facts.ts'
import { bootClone, type Clone } from '../../../src/rehearsal/boot/clone.ts'
import { rehearseBaseline } from '../../../src/rehearsal/boot/proven-clone.ts'
import { listBeforeService, writtenSince } from '../../../src/rehearsal/compare/overlay-diff.ts'
import { type LearnPhase, learn } from '../../../src/rehearsal/follow/learn.ts'
import { lifecycleOf } from '../../../src/rehearsal/follow/lifecycle.ts'
import { traceRefusals } from '../../../src/rehearsal/follow/traced-refusals.ts'
import { first, showUnit } from '../../../src/systemd/manager/show.ts'
import { assignmentOf, measuredBaseline } from './wishes.ts'

/** One service learned in a clone, run inside a lab: node learn.mjs JSON. */
export interface LearnWish {
  unit: string
  checks: readonly string[]
  /** Settings of a trial that breaks. */
  trial?: readonly string[]
}

export interface LearnOutcome {
  why?: string
  notes?: string[]
  facts?: LearnedFacts
  lines?: number
  unread?: number
  /** What PID 1 says of the service after each phase, and the program of its main process. */
  phases: { name: string; ms: number; active: string; main: string; problem?: string }[]
  /** Failed calls under the trial that do not fail without it. */
  failed: string[]
  /** After all of it the service is healthy again in the clone. */
  healthyAfter: boolean
  left: string
  ms: { untraced: number; learn: number; written: number; failed: number }
}

function watched(clone: Clone, unit: string, phase: LearnPhase, seen: LearnOutcome['phases']): LearnPhase {
  const play = async () => {
    const begun = performance.now()
    const problem = await phase.play().then(
      () => undefined,
      (error: Error) => error.message,
    )
    const ms = Math.round(performance.now() - begun)
    const shown = await showUnit(clone.host, unit, ['ActiveState', 'MainPID'])
    const main = (await clone.host.readlink(`/proc/${first(shown, 'MainPID')}/exe`)) ?? ''
    const active = first(shown, 'ActiveState')
    seen.push({ name: phase.name, ms, active, main, ...(problem ? { problem } : {}) })
    if (problem !== undefined) throw new Error(problem)
  }
  return { name: phase.name, play }
}

async function run({ unit, checks, trial }: LearnWish): Promise<LearnOutcome> {
  const live = liveHost()
  const facts = await observe(live, unit)
  const baseline = await measuredBaseline(live, facts, checks)
  const executables = facts.executables.map(({ path }) => path)
  const clone = await bootClone(live, { unit })
  const outcome: LearnOutcome = {
    phases: [],
    failed: [],
    healthyAfter: false,
    left: '',
    ms: { untraced: 0, learn: 0, written: 0, failed: 0 },
  }
  let begun = performance.now()
  const lap = (key: keyof LearnOutcome['ms']) => {
    outcome.ms[key] = Math.round(performance.now() - begun)
    begun = performance.now()
  }
  const before = await listBeforeService(clone.host)
  lap('written')
  const phases = lifecycleOf(clone.host, { facts, baseline, sockets: [] }).map((phase) =>
    watched(clone, unit, phase, outcome.phases),
  )
  const question = { unit: facts.unit, architecture: facts.architecture }
  const result = await learn(clone, { ...question, phases })
  lap('learn')
  if ('why' in result) outcome.why = result.why
  else {
    const written = await writtenSince(live, clone.host, before)
    lap('written')
    const on = { systemd: facts.systemd, kernel: facts.kernel, packages: {} }
    outcome.facts = learnedFacts(result.learned, written, on, { cut: result.cut, unprivileged: false })
    Object.assign(outcome, {
      notes: result.notes,
      lines: result.learned.lines,
      unread: result.learned.unread,
    })
  }
  if (trial && 'learned' in result) {
    const assignments = trial.map(assignmentOf)
    begun = performance.now()
    const again = lifecycleOf(clone.host, { facts, baseline, sockets: [] }).slice(0, 1)
    const asked = { ...question, phases: again, assignments, ownership: [], before: result.learned }
    const found = await traceRefusals(clone, asked)
    lap('failed')
    outcome.failed =
      'why' in found
        ? [found.why]
        : found.failed.map(({ name, error, path, needs, sightings }) =>
            [error, name, path ?? needs?.join() ?? '', ...sightings.map(({ program }) => program)].join(' '),
          )
  }
  begun = performance.now()
  outcome.healthyAfter = (await rehearseBaseline(live, clone, { unit, baseline, executables })).same
  lap('untraced')
  const left = await clone.host.run([
    'sh',
    '-c',
    'pgrep -l strace; ls -d /run/hardenctl-trace /run/systemd/system/*.d/*traced*; grep TracerPid /proc/1/status',
  ])
  outcome.left = left.stdout
  await clone.dispose()
  return outcome
}

console.log(JSON.stringify(await run(JSON.parse(process.argv[2] ?? ''))))
process.exit(0)
