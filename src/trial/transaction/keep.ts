import { dirname } from 'node:path'
import type { Assignment } from '../../catalog/common/types.ts'
import { Bug, isExpected, orElse } from '../../host/errors.ts'
import { daemonReload } from '../../systemd/manager/control.ts'
import { disarmTimer, rearmTimer, undoIsRunning } from '../../systemd/manager/timer.ts'
import { type DropInPart, keptPath } from '../../systemd/settings/drop-in.ts'
import { answerTo } from '../health/ask.ts'
import { isExercise } from '../health/baseline.ts'
import { checkLabel } from '../health/check.ts'
import { takeSnapshot } from '../health/unit-snapshot.ts'
import { ForeignChange, ForeignChangeError, isForeignChange, requireSameFiles } from './foreign-changes.ts'
import { isCommitted, keptText } from './kept-drop-in.ts'
import { playOf } from './play.ts'
import { timed } from './steps.ts'
import { verifySettings } from './transaction.ts'
import { type Trial, type TrialContext, TrialError, type Undone } from './trial.ts'
import { bootFiles, dropInPath, isUndoneAtBoot, restartMark } from './trial-paths.ts'
import { undo } from './undo.ts'
import { removeUndo } from './undo-file.ts'

export type Kept = { kept: true; dropIn: string } | { kept: false; reason: string; undone: Undone }

/** The service is still the one that was proven, and still answers. */
async function recheck(context: TrialContext, trial: Trial, proven: string): Promise<void> {
  const { host, unit, baseline } = context
  const now = await takeSnapshot(host, unit)
  const { hindrance, restarts, isAsked } = playOf(context)
  const state = hindrance(now)
  if (state !== undefined) throw new TrialError(state)
  if (now.restarts > 0) throw new TrialError('the service died since it was proven')
  if (restarts && now.invocation !== proven)
    throw new ForeignChange(`${unit} was restarted by somebody else since it was proven`)
  await requireSameFiles(host, unit, trial)
  const answers = isAsked ? baseline.answers.filter((one) => !isExercise(one.check)) : []
  for (const { check, answer } of answers) {
    const again = (await answerTo(host, check)).answer
    if (again !== answer) throw new TrialError(`${checkLabel(check)}: ${again} now, ${answer} before`)
  }
}

/** Time for the next steps: an undo must not begin between here and the commit. */
async function gainTime({ host, unit }: TrialContext, trial: Trial): Promise<void> {
  // None stands by in a clone.
  const standsBy = host.isClone || (await rearmTimer(host, unit))
  if (!standsBy || (await undoIsRunning(host, unit))) {
    throw new TrialError('the timer had already begun to undo the trial')
  }
  if ((await host.stat(dropInPath(host.manager, trial))) === undefined)
    throw new TrialError('the trial was already undone')
}

async function clearAway({ host, unit }: TrialContext, trial: Trial): Promise<void> {
  for (const path of bootFiles(host.manager, unit)) await host.remove(path)
  await removeUndo(host, unit)
  for (const folder of trial.foldersMade) await host.remove(folder).catch(orElse(false))
}

/**
 * Keeps a proven trial without another restart. The rename of the drop-in in /etc is the commit: after it the undo
 * script only removes its own files, before it the script undoes everything. A foreign change meanwhile ends the trial
 * as ForeignChangeError. `parts` is the whole kept drop-in, `proven` the invocation that was found healthy.
 */
export async function keep(
  context: TrialContext,
  trial: Trial,
  parts: readonly DropInPart[],
  proven: string,
): Promise<Kept> {
  const { host, unit, groups } = context
  const path = keptPath(host.manager, unit)
  const earlier = await host.read(path)
  const text = keptText(host.manager, parts, trial.token)
  try {
    await timed('recheck', context, async () => {
      await gainTime(context, trial)
      await recheck(context, trial, proven)
    })
    await timed('commit', context, async () => {
      if ((await host.read(path)) !== earlier)
        throw new ForeignChange(`${path} was changed by somebody else during the trial`)
      await host.makeDirectory(dirname(path), 0o755)
      await host.write(path, text, 0o644)
    })
    await timed('settle', context, async () => {
      await host.remove(dropInPath(host.manager, trial))
      await daemonReload(host)
      const all: Assignment[] = parts.flatMap(({ assignments }) => [...assignments])
      await verifySettings(host, unit, all, groups)
    })
    await timed('disarm', context, async () => {
      // Fails on a read-only /run, where PID 1 could not remove the timer's files either: the timer stays armed then.
      await host.remove(restartMark(host.manager, unit))
      if (!host.isClone) await disarmTimer(host, unit)
      await clearAway(context, trial)
      // Until it reads its files again PID 1 still knows the unit that would have undone it at boot.
      if (isUndoneAtBoot(host.manager, trial)) await daemonReload(host).catch(orElse(undefined))
    })
    return { kept: true, dropIn: text }
  } catch (error) {
    // Without the token the script undoes the whole trial; the earlier kept settings come back first.
    if (isCommitted(trial, await host.read(path))) {
      await (earlier === undefined ? host.remove(path) : host.write(path, earlier, 0o644))
    }
    const undone = await undo(context, trial)
    if (!isExpected(error)) throw new Bug(error, undone)
    if (isForeignChange(error, context)) throw new ForeignChangeError(error.message, undone)
    return { kept: false, reason: error.message, undone }
  }
}
