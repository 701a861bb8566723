import { stageNotes } from '../../catalog/index.ts'
import { renderDropIn } from '../../systemd/settings/drop-in.ts'
import { learnable } from '../learning/live-learning.ts'
import { rowProof } from '../proof/proof-plan.ts'
import type { StageProving } from '../proof/stage-proving.ts'
import type { WalkContext } from '../walk/context.ts'
import type { Intent } from '../walk/intent.ts'
import { ANSWERS } from '../walk/questions.ts'
import type { StagePhase } from '../walk/state.ts'
import { targetOf } from './apply-stage.ts'
import { changeOf, predicted, rowsOf, type StageWork, tickAll, toAlternative, toggle } from './stage-work.ts'

/** What the list shows by now. */
export function shown(proving: StageProving): Pick<StagePhase, 'rows' | 'predicted' | 'set' | 'proving'> {
  const { work, proofs } = proving
  const rows = proving.wanted ? rowsOf(work, (id) => rowProof(work, proofs, id)) : rowsOf(work)
  return { rows, predicted: predicted(work), set: proving.set, proving: proving.proving }
}

/** The stage after the person touched a row. */
function edited(
  work: StageWork,
  intent: Extract<Intent, { do: 'toggle' | 'other-way' | 'toggle-all' }>,
): StageWork {
  if (intent.do === 'toggle-all') return tickAll(work, intent.ticked)
  return intent.do === 'toggle' ? toggle(work, intent.id) : toAlternative(work, intent.id)
}

type Choice = 'review' | 'skip' | 'stop' | 'learn'

/** Lets the person choose rows until they open the drop-in or leave the stage. */
export async function choose(context: WalkContext, proving: StageProving, before: number): Promise<Choice> {
  const { stage, facts } = proving.work
  const { why, live } = context.learning
  const notes = [
    ...stageNotes(stage, facts),
    ...(why === undefined ? [] : [`Not followed with strace: ${why}.`]),
    ...live,
  ]
  const phase = { at: 'stage', stage, notes, before, ...learnable(context, stage) } as const
  for (;;) {
    const list = { ...phase, ...shown(proving) }
    const intent = await context.ask(list, ANSWERS.stage, undefined, proving.broken)
    proving.broken.throwIfAborted()
    if (intent === undefined || intent.do === 'stop') return 'stop'
    if (intent.do === 'skip-stage') return 'skip'
    if (intent.do === 'learn') return 'learn'
    if (intent.do === 'review') return proving.work.ticked.size > 0 ? 'review' : 'skip'
    proving.change((work) => edited(work, intent))
  }
}

/** Shows the exact drop-in and the verdict of the clones; true to apply it. */
export async function confirm(context: WalkContext, proving: StageProving): Promise<boolean> {
  const { work } = proving
  const { assignments, ownership } = changeOf(work)
  const dropIn = renderDropIn([], [{ comment: [], assignments }]).trim()
  const warnings = [...work.ticked].flatMap((id) => work.current.get(id)?.caution ?? [])
  const { stage } = work
  const said = { dropIn, ownership: [...ownership], rehearsal: proving.set, warnings }
  const waits = context.subject.oneshot || context.subject.stopped ? { waits: true as const } : {}
  const phase = { at: 'confirm', stage, target: targetOf(context), ...said, ...waits } as const
  const answer = await context.ask(phase, ANSWERS.confirm, undefined, proving.broken)
  proving.broken.throwIfAborted()
  return answer?.do === 'apply'
}
