import { ExpectedError } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { lockFolder } from '../../host/lock.ts'
import type { Printer } from '../../host/printer.ts'
import { type CommandEnd, exitCode } from '../../session/exit-code.ts'
import { noSuchUnit } from '../../session/walk/preflight.ts'
import { type UndoResult, undoStage } from '../../session/walk/undo-stage.ts'
import { undoEverything } from '../../session/walk/undo-walk.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { serviceName } from '../../systemd/manager/unit-name.ts'
import { keptPath } from '../../systemd/settings/drop-in.ts'
import { ForeignChangeError } from '../../trial/transaction/foreign-changes.ts'
import { unwritable } from '../../trial/transaction/preconditions.ts'
import { AbortedTrial } from '../../trial/transaction/transaction.ts'
import { stateFolder } from '../../trial/transaction/trial-paths.ts'
import type { UndoArguments } from '../argument-types.ts'
import { type Tell, type Voice, voiced } from '../event-lines.ts'
import { hostOf } from '../host-of.ts'

/** How it ended, as an event says it. */
const RESULTS: Partial<Record<CommandEnd, 'done' | 'open' | 'interrupted'>> = {
  done: 'done',
  'undo-open': 'open',
  interrupted: 'interrupted',
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

type Wanted = Omit<UndoArguments, 'command'>

/** Restores everything as before the first change, or takes back one stage. Returns the exit code. */
export function runUndo(wanted: Wanted, printer: Printer): Promise<number> {
  return voiced(printer, wanted.json === true, { command: 'undo', unit: wanted.unit }, (voice) =>
    undoVoiced(wanted, voice),
  )
}

async function undoVoiced({ unit: given, stage, ...whose }: Wanted, { words, tell }: Voice): Promise<number> {
  const host = await hostOf(whose)
  const name = serviceName(given)
  const shown = await showUnit(host, name, ['Id', 'LoadState'])
  const unit = first(shown, 'Id') || name
  const exists = (await host.stat(stateFolder(host.manager, unit))) !== undefined
  const isKept = exists || (await host.stat(keptPath(host.manager, unit))) !== undefined
  if (!isKept && first(shown, 'LoadState') === 'not-found') throw noSuchUnit(host.manager, unit)
  const why = isKept ? await unwritable(host) : undefined
  if (why !== undefined) throw new ExpectedError(`${why}: the undo could not finish`, 'Nothing was changed.')
  const lock = exists ? await lockFolder(stateFolder(host.manager, unit)) : undefined
  if (exists && lock === undefined)
    throw new ExpectedError(`another hardenctl is at work on ${unit}; nothing was changed`)
  try {
    const { end, lines } =
      stage === undefined ? await everything(host, unit) : await one(host, unit, stage, tell)
    for (const line of lines) words.out(line)
    tell({ event: 'undo', unit, stage: stage ?? null, result: RESULTS[end] ?? 'not-done', lines })
    return exitCode(end)
  } finally {
    lock?.release()
  }
}

async function everything(host: Host, unit: string): Promise<UndoResult> {
  const { healthy, lines } = await undoEverything(host, unit)
  return { end: healthy ? 'done' : 'undo-open', lines }
}

/** A signal ends the trial, and what was tried is undone first. */
async function one(
  host: Host,
  unit: string,
  stage: NonNullable<Wanted['stage']>,
  tell: Tell,
): Promise<UndoResult> {
  const stop = new AbortController()
  const interrupt = () => stop.abort(new ExpectedError('interrupted'))
  for (const signal of SIGNALS) process.on(signal, interrupt)
  try {
    return await undoStage(host, unit, stage, {
      tell: ({ step, state, ms, detail }) =>
        tell({
          event: 'trial',
          stage,
          target: 'live',
          step,
          state,
          ms: ms ?? null,
          detail: detail ?? null,
        }),
      signal: stop.signal,
    })
  } catch (error) {
    if (!(error instanceof AbortedTrial || error instanceof ForeignChangeError)) throw error
    const end = error instanceof AbortedTrial ? 'interrupted' : 'nothing-kept'
    const { proven, lines } = error.undone
    return {
      end: proven ? end : 'undo-open',
      lines: [`The stage ${stage} stays: ${error.message}.`, ...lines],
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt)
  }
}
