import { shortName } from '../systemd/unit-name.ts'
import { editedKept } from '../trial/meddling.ts'
import { finishTrial } from '../trial/restore.ts'
import type { WalkContext } from './context.ts'
import { dropInParts, withStage } from './drop-in-parts.ts'
import { Refusal } from './preflight.ts'

/** Ends what an earlier hardenctl left unfinished, says what came of it, and asks whether to go on. */
export async function resume(context: WalkContext): Promise<void> {
  const { host, subject, stored, dispatch, intents, signal } = context
  const { pending } = stored
  if (pending === undefined) return
  dispatch({
    type: 'phase',
    phase: { at: 'looking', what: 'Ending the trial that an earlier hardenctl left unfinished' },
  })
  const ended = await finishTrial(host, subject.unit, pending)
  if (ended === 'stuck') {
    throw new Refusal(
      `an earlier trial of ${subject.unit} could not be undone`,
      `systemctl status ${subject.unit} and journalctl -u ${subject.unit} say why; then try again.`,
    )
  }
  const { stage, assignments, records } = pending
  const at = new Date().toISOString()
  const before = stored.kept.at(-1)?.after ?? stored.stock
  const kept = { stage, assignments: [...assignments], records: [...records], before, after: before, at }
  await context.save({
    pending: undefined,
    kept: ended === 'kept' ? withStage(stored.kept, kept) : stored.kept,
  } as Partial<typeof stored>)
  const said =
    ended === 'kept'
      ? 'It had passed and been written to /etc: it is kept.'
      : 'It was undone: settings, owners and modes are as before it.'
  const text = [`An earlier hardenctl ended in the middle of stage ${stage}.`, said]
  dispatch({
    type: 'phase',
    phase: { at: 'question', id: 'resume', text, yes: 'Go on with the walk', no: 'Leave' },
  })
  const answer = await intents.oneOf(signal, ['answer'])
  if (!answer?.yes) throw new Refusal('left at the administrator’s wish', 'Nothing else was changed.')
}

/** What somebody else made of the kept drop-in would be written over by the next stage. */
export async function refuseEdited({ host, subject, stored }: WalkContext): Promise<void> {
  const { unit } = subject
  const edited = await editedKept(host, unit, dropInParts(stored.kept))
  if (edited === undefined) return
  throw new Refusal(
    edited,
    `Nothing was changed. hardenctl undo ${shortName(unit)} takes all of it back; lines of your own belong in a drop-in of another name.`,
  )
}
