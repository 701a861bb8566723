import { basename, dirname, join } from 'node:path/posix'
import { setTimeout as pause } from 'node:timers/promises'
import { orElse, reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { mapFew } from '../../observe/blind-spots.ts'
import type { UnitFacts } from '../../observe/facts.ts'
import { type Learned, withPaths } from '../../observe/trace/learned.ts'
import { Trace } from '../../observe/trace/trace.ts'
import { JOB_LIMIT_MS, killUnit, queue, resetFailed } from '../../systemd/manager/control.ts'
import { takeSnapshot, type UnitSnapshot } from '../../trial/health/unit-snapshot.ts'
import { attachTracer, removeTrace, type Tracer } from './strace.ts'

/** One part of a service's life, played while it is traced. Throws when the service does not do it. */
export interface LearnPhase {
  name: string
  play(): Promise<void>
}

export interface LearnInput {
  unit: Pick<UnitFacts, 'id' | 'exec'>
  /** uname -m */
  architecture: string
  /** In order; the first one starts the service, which is stopped when it begins. */
  phases: readonly LearnPhase[]
  /** Called when the tracer has gone and the service is stopped, before it is started as it was. */
  beforeBack?(): Promise<void>
  /** It stops slowly: what runs before is killed instead of stopped. */
  isKilled?: boolean
  signal?: AbortSignal
}

export type LearnResult =
  | {
      learned: Learned
      /** Phases that were not played to their end, in sentences. */
      notes: string[]
      /** The trace became too long and ended early. */
      cut: boolean
    }
  | { why: string }

const MANAGER = { pid: 1, program: '/usr/lib/systemd/systemd' }

/** Waits until no job of the unit runs; a unit that restarts endlessly has come as far as it can. */
export async function untilQuiet(host: Host, unit: string, limitMs: number): Promise<UnitSnapshot> {
  const until = performance.now() + limitMs
  for (;;) {
    const now = await takeSnapshot(host, unit)
    const moving = now.busy || /^(?:activating|deactivating|reloading)$/.test(now.active)
    if (!moving || now.sub.startsWith('auto-restart') || performance.now() > until) return now
    await pause(50)
  }
}

/** PID 1 executes exactly the path of an Exec line; it looks up a name without a folder. */
async function servicePrograms(
  host: Host,
  { exec }: LearnInput['unit'],
): Promise<(program: string) => boolean> {
  const paths = Object.values(exec)
    .flat()
    .map(({ path }) => path)
  const real = await Promise.all(paths.map((path) => host.resolve(path).catch(orElse(undefined))))
  const known = new Set([...paths, ...real])
  return (program) => known.has(program) || known.has(basename(program))
}

async function playAll({ phases, signal }: LearnInput, tracer: Tracer, trace: Trace): Promise<string[]> {
  const notes: string[] = []
  for (const { name, play } of phases) {
    signal?.throwIfAborted()
    const problem = await play().then(() => undefined, reasonOf)
    await tracer.read((text) => trace.feed(text, name))
    signal?.throwIfAborted()
    if (problem === undefined) continue
    notes.push(`${name} under trace: ${problem}`)
    // If the service does not run, no further phase can be played.
    if (notes.length === 1 && name === phases[0]?.name) break
  }
  return notes
}

/**
 * Plays a service's life in a clone under strace. Afterwards the unit is as before: restarted without a trace, or
 * stopped. Throws only for the signal.
 */
export async function learn(clone: { host: Host }, input: LearnInput): Promise<LearnResult> {
  const { host } = clone
  const { unit, architecture, phases, signal } = input
  const before = await takeSnapshot(host, unit.id)
  if (before.active !== 'inactive') {
    await (input.isKilled ? killUnit(host, unit.id) : queue(host, 'stop', unit.id))
  }
  await untilQuiet(host, unit.id, JOB_LIMIT_MS)
  const isService = await servicePrograms(host, unit)
  const tracer = await attachTracer(host)
  try {
    if ('why' in tracer) return tracer
    const trace = new Trace({ manager: MANAGER, isService, architecture })
    try {
      const notes = await playAll(input, tracer, trace)
      const { cut } = tracer
      await tracer.detach()
      await tracer.read((text) => trace.feed(text, phases.at(-1)?.name ?? ''))
      const learned = trace.learned()
      if (learned.lines === 0) return { why: notes[0] ?? 'the trace shows no process of the service' }
      return { learned: await withRealPaths(host, learned), notes, cut }
    } finally {
      await tracer.detach()
    }
  } finally {
    await removeTrace(host)
    if (!signal?.aborted) await bringBack(host, input, before)
  }
}

/** A call may name a file by a link: /var/run/x is /run/x. The last name is left, since it may be a link's own. */
async function withRealPaths(host: Host, learned: Learned): Promise<Learned> {
  const named = [...learned.files, ...learned.failed].flatMap(({ path }) => path ?? [])
  const folders = [...new Set(named.map((path) => dirname(path)))]
  const real = await mapFew(folders, (folder) => host.resolve(folder).catch(orElse(undefined)))
  const known = new Map(folders.map((folder, index) => [folder, real[index] ?? folder]))
  return withPaths(learned, (path) => join(known.get(dirname(path)) ?? dirname(path), basename(path)))
}

async function bringBack(host: Host, { unit, beforeBack }: LearnInput, before: UnitSnapshot): Promise<void> {
  await queue(host, 'stop', unit.id)
  await untilQuiet(host, unit.id, JOB_LIMIT_MS)
  await beforeBack?.()
  await resetFailed(host, unit.id)
  if (before.active !== 'active') return
  await queue(host, 'start', unit.id)
  await untilQuiet(host, unit.id, JOB_LIMIT_MS)
}
