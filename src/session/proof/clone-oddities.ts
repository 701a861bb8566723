import { setTimeout as pause } from 'node:timers/promises'
import type { Remedy } from '../../catalog/common/remedy.ts'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../../observe/facts.ts'
import {
  type Footprint,
  given,
  type Played,
  removed,
  type Stray,
  unwritten,
  written,
} from '../../rehearsal/compare/footprint.ts'
import { listWritten, type WrittenListing } from '../../rehearsal/compare/overlay-diff.ts'
import type { VolatileListing } from '../../rehearsal/compare/volatile.ts'
import {
  isHarm,
  isOfFamilies,
  isRefusal,
  type LogMarks,
  limitsFamilies,
  linesSince,
  markLogs,
} from '../../trial/diagnosis/complaints.ts'
import { contentChanges } from '../../trial/diagnosis/content-changes.ts'
import { markSockets, type SocketMarks, socketChanges } from '../../trial/diagnosis/oddities.ts'
import type { Baseline, CheckAnswer } from '../../trial/health/baseline.ts'
import { managedDirectories } from '../../trial/transaction/ownership.ts'
import type { Passed } from '../../trial/transaction/trial.ts'

/** What the unhardened service does in clones beside its answers. */
export interface Usual {
  /** Kinds of lines that it says. */
  said: ReadonlySet<string>
  footprint: Footprint
  /** What it answered, with the content that was the same each time. */
  answers: readonly CheckAnswer[]
  /** Ids of oddities that it showed now and then. */
  byChance: Set<string>
}

/** One thing that is other in a trial than unhardened, though each check holds. */
export interface Oddity {
  /** The same for the same oddity at another time. */
  id: string
  /** One sentence. */
  text: string
  /** The service was refused something, leaves something out, or touches what is not its own. */
  breaks: boolean
  remedies: readonly Remedy[]
  /** The line of a log that says it. */
  line?: string
}

/** The state of a clone before a trial in it. */
export interface LookBefore {
  marks: LogMarks
  /** Epoch milliseconds. */
  since: number
  /** Where there is something to compare with. */
  sockets: SocketMarks
  files: WrittenListing
}

/** The clone that a trial is played in. */
export interface Watched {
  host: Host
  unit: string
  live: Host
  facts: Facts
  baseline: Baseline
  volatile: VolatileListing
  /** What the unhardened service did where the control was played; undefined where none was. */
  usual: Usual | undefined
  /** What it did in this clone before the first trial: with what earlier stages kept. */
  own: { said: ReadonlySet<string>; files: WrittenListing }
}

/** What was seen after a trial that passed. */
export interface Looked {
  oddities: readonly Oddity[]
  /** Kinds of all lines by which the service was refused something, the usual ones too. */
  refused: readonly string[]
}

export const NOTHING_ODD: Looked = { oddities: [], refused: [] }

/** A file may be written a little after the service answers. */
const PATIENCE_MS = 2000
const MAX_STRAYS = 3

export async function lookBefore({ host, facts, baseline, usual }: Watched): Promise<LookBefore> {
  const since = Date.now()
  if (usual === undefined)
    return { marks: await markLogs(host, facts), since, sockets: new Map(), files: new Map() }
  const [marks, sockets, files] = await Promise.all([
    markLogs(host, facts),
    markSockets(host, baseline.listeners),
    listWritten(host),
  ])
  return { marks, since, sockets, files }
}

function refusedIn(lines: ReadonlyMap<string, string>): string[] {
  return [...lines].flatMap(([kind, line]) => (isRefusal(line) ? [kind] : []))
}

function asOddity({ path, kind, text }: Stray): Oddity {
  const remedies: Remedy[] = kind === 'unwritten' ? [{ kind: 'read-write-path', path }] : []
  return { id: `${kind} ${path}`, text, breaks: true, remedies }
}

function odd(breaks: boolean): (text: string) => Oddity {
  return (text) => ({ id: text, text, breaks, remedies: [] })
}

/** What it says now and did not say before: refusals first. */
function lineOddities(
  { own }: Watched,
  usual: Usual,
  lines: ReadonlyMap<string, string>,
  played: Played,
  keys: readonly string[],
): Oddity[] {
  const now = written(played)
  const isMoot = (line: string) => isOfFamilies(line) && !limitsFamilies(keys)
  const fresh = [...lines].filter(([kind]) => !usual.said.has(kind) && !own.said.has(kind))
  const all = fresh.map(([kind, line]): Oddity => {
    const isWritten = (path: string) => usual.footprint.always.has(path) && now.has(path)
    const breaks = !isMoot(line) && isHarm(line, isWritten)
    return { id: kind, text: `its log says ${line}`, breaks, remedies: [], line }
  })
  return all.sort((a, b) => Number(b.breaks) - Number(a.breaks))
}

/** Owners and modes on the live host of what only the trial has in its layers. */
async function liveEntries(
  live: Host,
  { before, after }: Played,
): Promise<Map<string, { owner: string; mode: string }>> {
  const found = new Map<string, { owner: string; mode: string }>()
  for (const path of [...after.keys()].filter((one) => !before.has(one))) {
    const stat = await live.stat(path).catch(orElse(undefined))
    if (stat !== undefined) found.set(path, { owner: `${stat.uid}:${stat.gid}`, mode: stat.mode.toString(8) })
  }
  return found
}

async function strays(watched: Watched, usual: Usual, run: Played): Promise<Stray[]> {
  const { host, live, volatile } = watched
  let played = run
  const left = () =>
    unwritten(played, usual.footprint).filter(({ path }) => {
      const entry = watched.own.files.get(path)
      // With what earlier stages kept it may write less than at first.
      return entry !== undefined && entry.kind !== 'gone'
    })
  for (const until = performance.now() + PATIENCE_MS; left().length > 0 && performance.now() < until; ) {
    await pause(250)
    played = { ...played, after: await listWritten(host) }
  }
  const lower = await liveEntries(live, played)
  // A clone has folders of its own for what a reboot empties.
  const owners = given(played, usual.footprint, (path) => (volatile.has(path) ? undefined : lower.get(path)))
  return [...left(), ...removed(played, usual.footprint), ...owners]
}

/** What is other than unhardened after a trial that passed. `stopped`: the listing while the service was stopped. */
export async function odditiesInClone(
  watched: Watched,
  look: LookBefore,
  stopped: WrittenListing | undefined,
  { trial, report }: Passed,
): Promise<Looked> {
  const { host, unit, volatile, baseline, usual } = watched
  const said = linesSince(host, unit, look.marks, look.since, trial.before)
  if (usual === undefined) {
    // Nobody knows whether it is refused that without the change too.
    const refused = refusedIn(await said)
    return { oddities: refused.map((line) => odd(false)(`its log says ${line}`)), refused }
  }
  const [lines, sockets, after] = await Promise.all([
    said,
    markSockets(host, baseline.listeners),
    listWritten(host),
  ])
  const played: Played = {
    before: look.files,
    stopped,
    after,
    volatile,
    managed: new Set(managedDirectories(trial.assignments)),
    planned: new Set(trial.records.map(({ path }) => path)),
  }
  const files = (await strays(watched, usual, played)).slice(0, MAX_STRAYS)
  const keys = trial.assignments.map(({ key }) => key)
  const changes = socketChanges(look.sockets, sockets)
  const all = [
    ...lineOddities(watched, usual, lines, played, keys),
    ...files.map(asOddity),
    ...contentChanges(usual.answers, report.answers ?? []).map(odd(true)),
    ...changes.map(odd(false)),
  ]
  return { oddities: all.filter(({ id }) => !usual.byChance.has(id)), refused: refusedIn(lines) }
}
