import { dirname } from 'node:path'
import { armTimer } from '../../systemd/manager/timer.ts'
import { trialScript } from './restore.ts'
import { type Trial, type TrialContext, TrialError } from './trial.ts'
import { bootFiles, bootPaths, isUndoneAtBoot } from './trial-paths.ts'
import { placeUndo } from './undo-file.ts'
import { bootUnit } from './undo-script.ts'

/** Writes the undo script where PID 1 finds it, and for a change that outlives /run, at boot too. */
export async function arm(context: TrialContext, trial: Trial): Promise<void> {
  const { host, unit } = context
  const boot = bootPaths(host.manager, unit)
  const lasting = isUndoneAtBoot(host.manager, trial)
  const text = trialScript(host.manager, unit, trial, lasting ? bootFiles(host.manager, unit) : [])
  const script = await placeUndo(host, unit, text)
  // A clone ends with hardenctl.
  if (!host.isClone) await armTimer(host, unit, script, context.deadManSeconds)
  if (!lasting) return
  await host.write(boot.script, text, 0o700)
  await host.write(boot.unit, bootUnit(unit, boot.script), 0o644)
  await host.makeDirectory(dirname(boot.link), 0o755)
  await host.remove(boot.link)
  const linked = await host.run(['ln', '-s', '--', boot.unit, boot.link])
  if (linked.exitCode !== 0)
    throw new TrialError(`the undo at boot could not be prepared: ${linked.stderr.trim()}`)
}
