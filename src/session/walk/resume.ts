import { OpenUndo } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import { overallExposure } from '../../systemd/exposure/security.ts'
import { timerIsArmed, undoIsRunning } from '../../systemd/manager/timer.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { keptPath } from '../../systemd/settings/drop-in.ts'
import { editedKept } from '../../trial/transaction/foreign-changes.ts'
import { finishTrial, type Unfinished } from '../../trial/transaction/restore.ts'
import { removeUndo } from '../../trial/transaction/undo-file.ts'
import { dropInParts, withoutStage, withStage } from '../stage/drop-in-parts.ts'
import type { StoredState } from '../store/store.ts'
import type { WalkStore } from '../store/walk-store.ts'
import type { WalkBeginning } from './context.ts'
import { Refusal } from './refusal.ts'
import { takeAllBack } from './undo-walk.ts'

async function askToGoOn({ ask }: WalkBeginning, text: string[], yes: string): Promise<void> {
  const answer = await ask({ at: 'question', id: 'resume', text, yes, no: 'Leave' }, ['answer'])
  if (!answer?.yes) throw new Refusal('stopped as you asked', 'Nothing else was changed.')
}

/** Ends the unfinished trial of a hardenctl that died, and remembers what became of it. */
export async function endUnfinished(
  host: Host,
  store: WalkStore,
  pending: NonNullable<StoredState['pending']>,
): Promise<Unfinished> {
  const ended = await finishTrial(host, pending.unit, pending)
  if (ended === 'stuck') return ended
  const { kept, stock } = store.state
  const { stage, assignments, records, reduces } = pending
  const at = new Date().toISOString()
  const before = kept.at(-1)?.after ?? stock
  const added = { stage, assignments: [...assignments], records: [...records], before, after: before, at }
  const passed = () => (reduces ? withoutStage(kept, stage) : withStage(kept, added))
  await store.save({ pending: undefined, kept: ended === 'kept' ? passed() : kept })
  return ended
}

/** Ends the unfinished work of an earlier hardenctl, reports the result, and asks whether to continue. */
export async function resume(context: WalkBeginning): Promise<void> {
  const { host, subject, store, dispatch } = context
  const { pending } = store.state
  if (pending === undefined) return
  dispatch({
    type: 'phase',
    phase: { at: 'looking', what: 'Ending the unfinished trial of an earlier hardenctl' },
  })
  const ended = await endUnfinished(host, store, pending)
  if (ended === 'stuck') {
    throw new OpenUndo(
      `an earlier trial of ${subject.unit} could not be undone`,
      whatSaysWhy(host.manager, subject.unit),
    )
  }
  const said =
    ended === 'kept'
      ? 'The change had passed and was written for good: it is kept.'
      : 'The change is undone: settings, owners and modes are as before.'
  const text = [`An earlier hardenctl ended in the middle of stage ${pending.stage}.`, said]
  await askToGoOn(context, text, 'Continue the walk')
}

function whatSaysWhy({ words }: Manager, unit: string): string {
  return `${words.systemctl} status ${unit} and ${words.log} ${unit} say why; then try again.`
}

/** What happened to the kept stages if some are missing; two sentences. */
async function lostKept({ host, subject }: WalkBeginning, standsBy: boolean): Promise<string[] | undefined> {
  if (standsBy) {
    return [
      'An earlier hardenctl ended while it tried the last reload, stop and start.',
      'A timer is armed that undoes all the stages that it kept.',
    ]
  }
  const path = keptPath(host.manager, subject.unit)
  if ((await host.stat(path)) !== undefined) return undefined
  return [
    `${path}, which held all the kept stages, is gone.`,
    'The timer of a hardenctl that ended in its last check removed it, or somebody did.',
  ]
}

/**
 * If a last check was cut off, or the kept drop-in is gone, undoes the rest; the walk then begins with the service as
 * before the first change.
 */
export async function beginAnew(context: WalkBeginning): Promise<void> {
  const { host, subject, store, dispatch } = context
  if (store.state.kept.length === 0) return
  const standsBy = (await timerIsArmed(host, subject.unit)) || (await undoIsRunning(host, subject.unit))
  // The change had passed, and a read-only /run kept the script of the disarmed timer.
  if (!standsBy) await removeUndo(host, subject.unit)
  const lost = await lostKept(context, standsBy)
  if (lost === undefined) return
  const then = 'hardenctl first undoes the rest, which restarts the service once; then the walk starts again.'
  await askToGoOn(context, [...lost, then], 'Undo the rest, and start again')
  dispatch({ type: 'phase', phase: { at: 'looking', what: 'Undoing the rest of an earlier walk' } })
  const { healthy, lines } = await takeAllBack(host, subject.unit)
  if (!healthy) {
    const next = whatSaysWhy(host.manager, subject.unit)
    throw new OpenUndo(`an earlier walk could not be undone: ${lines.join(' ')}`, next)
  }
  const now = (await overallExposure(host, subject.unit)) ?? 0
  store.beginAnew(now)
  dispatch({ type: 'exposure', stock: now, now })
}

/** For a command that changes nothing, and so can't end what an earlier hardenctl left unfinished. */
export async function refuseUnfinished(context: WalkBeginning): Promise<void> {
  const { host, subject, store } = context
  const { pending, kept } = store.state
  const name = shortName(subject.unit)
  const { hardenctl } = host.manager.words
  const lost = kept.length === 0 ? undefined : await lostKept(context, await timerIsArmed(host, subject.unit))
  const left =
    pending === undefined ? lost?.[0] : `an earlier hardenctl ended in the middle of stage ${pending.stage}`
  if (left === undefined) return
  throw new Refusal(
    left.replace(/\.$/, ''),
    `Nothing was changed. ${hardenctl} ${name} ends that first, and ${hardenctl} undo ${name} undoes everything.`,
  )
}

/** The next stage would overwrite somebody's edit of the kept drop-in. */
export async function refuseEdited({ host, subject, store }: WalkBeginning): Promise<void> {
  const { unit } = subject
  const edited = await editedKept(host, unit, dropInParts(store.state.kept))
  if (edited === undefined) return
  throw new Refusal(
    edited,
    `Nothing was changed. ${host.manager.words.hardenctl} undo ${shortName(unit)} undoes all of it; put your own lines into a drop-in with another name.`,
  )
}
