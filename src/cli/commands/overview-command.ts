import { setTimeout as pause } from 'node:timers/promises'
import { orElse } from '../../host/errors.ts'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { exitCode } from '../../session/exit-code.ts'
import { askLoaded } from '../../session/overview/ask-manager.ts'
import { wantsPlain } from '../../ui/terminal/environment.ts'
import { parseArguments } from '../arguments.ts'
import { finishNow } from '../finish-now.ts'
import { UsageError } from '../usage-error.ts'

/** The terminal is left empty for so long at most. */
const MOST_MS = 300

/** All services on a screen, or as a list with numbers; then what was chosen there. Returns its exit code. */
export async function runOverviewCommand(plain: boolean, printer: Printer): Promise<number> {
  if (process.stdin.isTTY !== true || process.stdout.isTTY !== true)
    throw new UsageError(
      'name a unit, for example: sudo hardenctl apache2; without a terminal, hardenctl audit prints all services',
    )
  const isPlain = plain || wantsPlain(process.env)
  const host = liveHost()
  const asked = askLoaded(host)
  const { Overview } = await import('../../session/overview/overview.ts')
  const overview = new Overview(host, asked)
  // To load a screen takes longer than to ask; where PID 1 is slow even to list its units, a person sees that it is asked.
  await Promise.race([asked.catch(orElse(undefined)), pause(MOST_MS, undefined, { ref: false })])
  const chosen = isPlain
    ? await (await import('../../ui/line-mode.ts')).runOverviewPlain(overview)
    : await (await import('../../ui/wizard.tsx')).runOverview(overview)
  switch (chosen.do) {
    case 'walk': {
      // As if it had been typed, with the defaults of all options.
      const args = parseArguments([chosen.unit, ...(isPlain ? ['--plain'] : [])])
      if (args.command !== 'walk') return exitCode('failed')
      return (await import('./walk-command.ts')).runWalk(args, printer)
    }
    case 'undo':
      return (await import('./undo-command.ts')).runUndo({ unit: chosen.unit }, printer)
    case 'status':
      return (await import('./status-command.ts')).runStatus({ unit: chosen.unit }, printer)
    case 'leave':
      return finishNow(exitCode('done'))
    default:
      return chosen satisfies never
  }
}
