import type { Stage } from '../../catalog/common/types.ts'
import { foldersToGive } from '../../catalog/user/closed-files.ts'
import type { Facts, Given } from '../../observe/facts.ts'
import { observe } from '../../observe/observe.ts'
import { readSurroundings } from '../../observe/surroundings.ts'
import { isLive } from '../../observe/trace/logged-calls.ts'
import { withTracedProcesses } from '../../observe/trace/traced-as-processes.ts'
import { type Baseline, isExercise, isExercised } from '../../trial/health/baseline.ts'
import { protocolNamed } from '../../trial/health/protocols/index.ts'
import { learnAgain } from '../learning/learning-phase.ts'
import { mergeLiveFacts } from '../learning/merge-live-facts.ts'
import { controlOf } from '../proof/control.ts'
import type { WalkContext } from '../walk/context.ts'
import { lookLive } from '../walk/look-live.ts'
import { asChosen, beginStage, type StageWork, toAlternative } from './stage-work.ts'

/**
 * The stage for the present facts, with the person's earlier choices. `before` is what was seen of the live service, if it
 * was looked at before; it is looked at now otherwise.
 */
export async function lookAt(
  context: WalkContext,
  stage: Stage,
  baseline: Baseline,
  chosen?: StageWork,
  before?: Facts,
): Promise<StageWork> {
  // A filter must allow the calls that the service makes now, with its account and its limits.
  if (stage === 'syscalls') await learnAgain(context, baseline)
  context.dispatch({ type: 'phase', phase: { at: 'looking', what: 'Reading what the service does now' } })
  const { host, live, subject, learning } = context
  const here = await observe(host, subject.unit)
  const there = host === live ? here : (before ?? (await lookLive(context)))
  const facts = host === live ? here : mergeLiveFacts(here, there)
  const { facts: learned } = learning
  const followed = learned === undefined ? facts : { ...facts, learned }
  const seen = baseline.oneshot === undefined ? followed : withTracedProcesses(followed)
  const given = givenTo(context, baseline, seen)
  const around = await readSurroundings(
    { host, facts: here },
    { host: live, facts: there },
    seen,
    foldersToGive(seen),
  )
  const whole = { ...seen, given, ...around }
  if (context.begin !== undefined) return context.begin(stage, whole)
  const offered = beginStage(stage, whole, context.options.asked)
  const work = context.options.exactCalls ? toAlternative(offered, 'SystemCallFilter') : offered
  return chosen === undefined ? work : asChosen(work, chosen)
}

/** What the walk plays of the service's uses. */
function givenTo({ options, rehearsing }: WalkContext, baseline: Baseline, { learned }: Facts): Given {
  const { answers, oneshot } = baseline
  const live = learned?.phases.some((phase) => isLive({ phase })) === true
  const exercised = isExercised(baseline) || live
  const { full: played, usual } = controlOf(rehearsing)
  // A mail that is only taken tells nothing of what happens to it.
  const full = played.flatMap(({ protocol, partly }) => (partly === undefined ? [protocol] : []))
  const asked = oneshot === undefined ? answers.length + played.length > 0 : exercised
  const compared = (usual?.answers ?? []).some(
    ({ check, content }) => isExercise(check) && content !== undefined,
  )
  const connected = answers.flatMap(({ check }) => (check.kind === 'unix' ? [check.path] : []))
  const spoken = answers.flatMap(({ check }) => (check.kind === 'talk' ? [check.protocol] : []))
  const naming = (what: 'programs' | 'files') =>
    [...new Set(spoken)].filter((name) => protocolNamed(name)?.requestsName === what)
  const requests = { programs: naming('programs'), files: naming('files') }
  return { level: options.level, asked, exercised, compared, connected, requests, full }
}
