import { createHash } from 'node:crypto'
import { ExpectedError, orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { first, listOf, showUnit } from '../../systemd/manager/show.ts'
import { type DropInPart, keptPath, renderDropIn } from '../../systemd/settings/drop-in.ts'
import { takeSnapshot } from '../health/unit-snapshot.ts'
import type { Trial, TrialContext, Undone, UnitFiles } from './trial.ts'
import { dropInPath, dropInPaths, standByPaths } from './trial-paths.ts'

/** Somebody else changes the unit, so a proof would prove nothing. One line that says what was seen. */
export class ForeignChange extends ExpectedError {
  override name = 'ForeignChange'
}

/** A trial that ended because of it, and the undo of hardenctl's own change. */
export class ForeignChangeError extends ExpectedError {
  override name = 'ForeignChangeError'
  readonly undone: Undone
  constructor(message: string, undone: Undone) {
    super(message)
    this.undone = undone
  }
}

/** The trial's drop-in, whole. */
export function trialText({ token, assignments }: Trial): string {
  const header = [`hardenctl trial ${token}: undone by a timer unless it is kept`]
  return renderDropIn(header, [{ comment: [], assignments }])
}

/** The files that PID 1 has read the unit from, hardenctl's own that come and go aside. */
export async function unitFiles(host: Host, unit: string, reduces?: true): Promise<UnitFiles> {
  const shown = await showUnit(host, unit, ['FragmentPath', 'DropInPaths'])
  const all = [first(shown, 'FragmentPath'), ...listOf(shown, 'DropInPaths')]
  const own = [
    ...dropInPaths(host.manager, unit),
    standByPaths(host.manager, unit).dropIn,
    // Another file takes its place.
    ...(reduces ? [keptPath(host.manager, unit)] : []),
  ]
  const others = all.filter((path) => path !== '' && !own.includes(path))
  const files = others.map(async (path): Promise<[string, string]> => {
    const text = await host.read(path).catch(orElse(undefined))
    return [path, text === undefined ? 'missing' : createHash('sha256').update(text).digest('hex')]
  })
  return Object.fromEntries(await Promise.all(files))
}

function differenceOf(before: UnitFiles, now: UnitFiles): string | undefined {
  for (const path of new Set([...Object.keys(before), ...Object.keys(now)])) {
    if (before[path] === now[path]) continue
    if (before[path] === undefined) return `${path} was added`
    return now[path] === undefined || now[path] === 'missing' ? `${path} was removed` : `${path} was changed`
  }
  return undefined
}

/** A sentence about changes of others to the unit's files since the trial began. */
async function foreignChange(host: Host, unit: string, trial: Trial): Promise<string | undefined> {
  const changed = trial.files && differenceOf(trial.files, await unitFiles(host, unit, trial.reduces))
  if (changed !== undefined) return `${changed} by somebody else during the trial`
  const path = dropInPath(host.manager, trial)
  const own = await host.read(path)
  if (own === undefined || own === trialText(trial)) return undefined
  return `somebody else edited ${path}, which belongs to the trial`
}

/**
 * Throws ForeignChange if the unit has other files than when the trial began, or somebody edited the trial's own; not
 * in a clone.
 */
export async function requireSameFiles(host: Host, unit: string, trial: Trial): Promise<void> {
  if (host.isClone) return
  const foreign = await foreignChange(host, unit, trial)
  if (foreign !== undefined) throw new ForeignChange(foreign)
  if (first(await showUnit(host, unit, ['NeedDaemonReload']), 'NeedDaemonReload') === 'yes')
    throw new ForeignChange(`the files of ${unit} were changed on disk by somebody else during the trial`)
}

/** Throws ForeignChange if the service is not the one that ran when the trial began. */
async function requireSameService(host: Host, unit: string, trial: Trial): Promise<void> {
  const { active, invocation } = await takeSnapshot(host, unit)
  if (invocation !== trial.before.invocation)
    throw new ForeignChange(`${unit} was restarted by somebody else during the trial`)
  if (active !== 'active')
    throw new ForeignChange(`${unit} was stopped by somebody else during the trial: it is ${active}`)
}

/** Throws ForeignChange if somebody else changed the unit since the trial began; not in a clone. */
export async function requireUntouched(host: Host, unit: string, trial: Trial): Promise<void> {
  if (host.isClone) return
  await requireSameService(host, unit, trial)
  await requireSameFiles(host, unit, trial)
}

function linesOf(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .join('\n')
}

/** A sentence if the kept drop-in differs from what was written; undefined if not. */
export async function editedKept(
  host: Host,
  unit: string,
  parts: readonly DropInPart[],
): Promise<string | undefined> {
  const text = await host.read(keptPath(host.manager, unit))
  const wanted = parts.length === 0 ? undefined : linesOf(renderDropIn([], parts))
  if (wanted === undefined ? text === undefined : text !== undefined && linesOf(text) === wanted)
    return undefined
  const what = text === undefined ? 'is gone' : 'differs from what hardenctl wrote'
  return `${keptPath(host.manager, unit)} ${what}`
}

/** Ends a trial because of others: in a clone, where nobody else works, it is a failure like any other. */
export function isForeignChange(
  error: unknown,
  { host }: Pick<TrialContext, 'host'>,
): error is ForeignChange {
  return error instanceof ForeignChange && !host.isClone
}

/**
 * A sentence about the foreign change that ended a live trial: a failure caused by changed files says nothing about the
 * trial. Never throws: an unreadable file must not delay an undo.
 */
export async function foreignChangeIn(
  error: unknown,
  { host, unit }: Pick<TrialContext, 'host' | 'unit'>,
  trial: Trial,
): Promise<string | undefined> {
  if (host.isClone) return undefined
  if (error instanceof ForeignChange) return error.message
  // Even a bug in this check must not delay the undo.
  return foreignChange(host, unit, trial).catch(() => undefined)
}
