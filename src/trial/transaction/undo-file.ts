import { dirname } from 'node:path'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { QUESTION_SOCKET, restartMark, runFolder, scriptPath } from './trial-paths.ts'

/** Puts the script that undoes what is about to begin where PID 1 finds it; its path. */
export async function placeUndo(host: Host, unit: string, text: string): Promise<string> {
  const script = scriptPath(host.manager, unit)
  await host.makeDirectory(dirname(script), 0o700)
  await host.remove(restartMark(host.manager, unit))
  await host.write(script, text, 0o700)
  return script
}

/** Whether a script exists: of a trial under way, or of an unfinished undo. */
export async function undoStands(host: Host, unit: string): Promise<boolean> {
  return (await host.stat(scriptPath(host.manager, unit))) !== undefined
}

/** Removes the script, if there is one, and its folders, which also stand there empty where it could not be written. */
export async function removeUndo(host: Host, unit: string): Promise<void> {
  const script = scriptPath(host.manager, unit)
  await host.remove(restartMark(host.manager, unit))
  await host.remove(`${runFolder(host.manager, unit)}/${QUESTION_SOCKET}`)
  await host.remove(script)
  for (const folder of [runFolder(host.manager, unit), host.manager.run])
    await host.remove(folder).catch(orElse(false))
}
