import { ExpectedError } from '../../host/errors.ts'
import { liveHost } from '../../host/live-host.ts'
import { lockFolder } from '../../host/lock.ts'
import type { Printer } from '../../host/printer.ts'
import { exitCode } from '../../session/exit-code.ts'
import { undoEverything } from '../../session/walk/undo-walk.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { serviceName } from '../../systemd/manager/unit-name.ts'
import { stateFolder } from '../../trial/transaction/trial-paths.ts'

/** Restores everything as before the first change. Returns the exit code. */
export async function runUndo(given: string, printer: Printer): Promise<number> {
  const host = liveHost()
  const name = serviceName(given)
  const unit = first(await showUnit(host, name, ['Id']), 'Id') || name
  const exists = (await host.stat(stateFolder(unit))) !== undefined
  const lock = exists ? await lockFolder(stateFolder(unit)) : undefined
  if (exists && lock === undefined)
    throw new ExpectedError(`another hardenctl is at work on ${unit}; nothing was changed`)
  try {
    const { healthy, lines } = await undoEverything(host, unit)
    for (const line of lines) printer.out(line)
    return exitCode(healthy ? 'done' : 'undo-open')
  } finally {
    lock?.release()
  }
}
