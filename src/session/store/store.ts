import * as z from 'zod/mini'
import { STAGES } from '../../catalog/common/types.ts'
import { distrust } from '../../host/distrust.ts'
import { ExpectedError, orElse, reasonOf } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Manager } from '../../host/manager.ts'
import type { Baseline } from '../../trial/health/baseline.ts'
import type { Trial } from '../../trial/transaction/trial.ts'
import { stateFolder } from '../../trial/transaction/trial-paths.ts'
import { learnedSchema } from './learned-store.ts'
import { assignment, basis } from './shapes.ts'

const id = z.int().check(z.gte(0), z.lte(4294967294))
const mode = z.int().check(z.gte(0), z.lte(0o7777))
const plainPath = z.string().check(
  z.regex(/^\/[^\0]*$/),
  z.refine((path) => !/(^|\/)\.\.?(\/|$)/.test(path)),
)
const number = z.string().check(z.regex(/^\d+$/))
const record = z.strictObject({
  path: plainPath,
  kind: z.enum(['file', 'directory']),
  uid: id,
  gid: id,
  mode,
  inode: number,
  device: number,
  given: z.optional(z.array(id)),
})
const ownershipChange = z.strictObject({ before: record, after: z.strictObject({ uid: id, gid: id, mode }) })
const timeoutMs = z.int().check(z.gte(1))
const port = z.int().check(z.gte(1), z.lte(65535))
const talkAddress = z.discriminatedUnion('transport', [
  z.strictObject({ transport: z.enum(['tcp', 'tls', 'udp']), address: z.string(), port }),
  z.strictObject({ transport: z.literal('unix'), path: z.string() }),
])
const check = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('http'), url: z.string(), timeoutMs }),
  z.strictObject({ kind: z.literal('tcp'), address: z.string(), port: z.int(), timeoutMs }),
  z.strictObject({ kind: z.literal('unix'), path: z.string(), timeoutMs }),
  z.strictObject({ kind: z.literal('talk'), protocol: z.string(), to: talkAddress, timeoutMs }),
  z.strictObject({
    kind: z.enum(['command', 'exercise']),
    argv: z.array(z.string()).check(z.minLength(1)),
    timeoutMs,
    as: z.exactOptional(z.string()),
    exit: z.exactOptional(z.int()),
  }),
])
const listener = z.strictObject({
  family: z.enum(['AF_INET', 'AF_INET6', 'AF_UNIX', 'AF_NETLINK', 'AF_PACKET', 'other']),
  type: z.enum(['stream', 'datagram', 'seqpacket', 'raw', 'other']),
  address: z.string(),
  port: z.int(),
})
const baseline = z.strictObject({
  listeners: z.array(listener),
  answers: z.array(z.strictObject({ check, answer: z.string(), content: z.optional(z.string()) })),
  startMs: z.number(),
  upMs: z.exactOptional(z.number()),
  restless: z.boolean(),
  oneshot: z.exactOptional(
    z.strictObject({
      user: z.string(),
      lines: z.exactOptional(z.array(z.string())),
      left: z.exactOptional(z.array(z.string())),
    }),
  ),
  stopped: z.exactOptional(z.literal(true)),
  populated: z.exactOptional(z.literal(true)),
}) satisfies z.ZodMiniType<Baseline>
const stage = z.enum([...STAGES, 'all'])
const trial = z.strictObject({
  token: z.string().check(z.regex(/^[0-9a-f]{16}$/)),
  unit: z.string(),
  stage,
  assignments: z.array(assignment),
  records: z.array(record),
  changes: z.array(ownershipChange),
  foldersMade: z.array(plainPath),
  before: z.strictObject({
    invocation: z.string(),
    processes: z.array(z.string()),
    daemons: z.optional(z.array(z.string().check(z.regex(/^\d+:\d+$/)))),
  }),
  since: z.number(),
  reduces: z.exactOptional(z.literal(true)),
}) satisfies z.ZodMiniType<Omit<Trial, 'files'>>
const exposure = z.int().check(z.gte(0), z.lte(100))
const keptStage = z.strictObject({
  stage,
  assignments: z.array(assignment),
  records: z.array(record),
  before: exposure,
  after: exposure,
  /** ISO 8601, UTC. */
  at: z.string(),
  /** When it was kept for the first time, if that was not at `at`. */
  first: z.exactOptional(z.string()),
  /** What proved it besides the restart; absent where an older hardenctl kept it, as is `basis`. */
  proof: z.exactOptional(z.strictObject({ clone: z.boolean(), checks: z.int(), exercises: z.int() })),
  basis: z.exactOptional(basis),
})
/** ReachLog of the walk makes it; written since there are levels. */
const reached = z.strictObject({
  checks: z.int(),
  exercises: z.int(),
  full: z.exactOptional(z.array(z.string())),
  played: z.array(z.string()),
  rows: z.array(z.string()),
  gain: z.int(),
})
const state = z.strictObject({
  version: z.literal(1),
  unit: z.string(),
  started: z.string(),
  stock: exposure,
  baseline: z.exactOptional(baseline),
  kept: z.array(keptStage),
  pending: z.exactOptional(trial),
  learned: z.exactOptional(learnedSchema),
  reached: z.exactOptional(reached),
})

export type KeptStage = z.infer<typeof keptStage>
export type StoredState = z.infer<typeof state>

/** Changes to the stored state; an undefined trial is removed. */
export type StateChange = Partial<Omit<StoredState, 'pending'>> & {
  pending?: StoredState['pending'] | undefined
}

export function changedState(stored: StoredState, change: StateChange): StoredState {
  const { pending, ...rest } = { ...stored, ...change }
  return pending === undefined ? rest : { ...rest, pending }
}

/** A walk that has kept nothing yet, of a unit whose exposure is `stock`. */
export function freshState(unit: string, stock: number): StoredState {
  return { version: 1, unit, started: new Date().toISOString(), stock, kept: [] }
}

export class StoreError extends ExpectedError {
  override name = 'StoreError'
  override readonly next = 'Nothing was changed. Move that file away to start again.'
}

function statePath(manager: Manager, unit: string): string {
  return `${stateFolder(manager, unit)}/state.json`
}

/** Nobody else may write to the state folder; otherwise anybody could have written the state. */
async function proveFolder(host: Host, path: string): Promise<void> {
  const stat = await host.stat(path)
  const doubt = stat && distrust(path, stat, 'directory', host.manager.uid)
  if (doubt !== undefined) throw new StoreError(`${doubt}; hardenctl does not trust it`)
}

/** Checks the text of a state file whole. Throws StoreError with one line. */
export function parseState(manager: Manager, text: string, unit: string): StoredState {
  const path = statePath(manager, unit)
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    // JSON.parse() throws only for a text that is no JSON.
    throw new StoreError(`${path} is damaged: it is not JSON`)
  }
  const parsed = z.safeParse(state, raw)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new StoreError(`${path} is not a state of hardenctl (${issue?.path.join('.') || 'as a whole'})`)
  }
  if (parsed.data.unit !== unit || (parsed.data.pending && parsed.data.pending.unit !== unit)) {
    throw new StoreError(`${path} is about another unit`)
  }
  return parsed.data
}

/** The remembered state of a unit; undefined when there is none. Throws StoreError when it can't be trusted. */
export async function loadState(host: Host, unit: string): Promise<StoredState | undefined> {
  for (const folder of [host.manager.state, stateFolder(host.manager, unit)]) await proveFolder(host, folder)
  const path = statePath(host.manager, unit)
  const stat = await host.stat(path)
  if (stat === undefined) return undefined
  const { uid } = host.manager
  if (stat.kind !== 'file' || ![0, uid].includes(stat.uid) || (stat.mode & 0o022) !== 0) {
    const whose = uid === 0 ? 'root' : `user ${uid}`
    throw new StoreError(`${path} can be changed by users other than ${whose}; hardenctl does not trust it`)
  }
  const text = await host.read(path)
  return text === undefined ? undefined : parseState(host.manager, text, unit)
}

/** What is remembered of every unit, and what can't be read of it, in sentences. */
export async function loadStates(
  host: Host,
): Promise<{ states: Map<string, StoredState>; problems: string[] }> {
  const states = new Map<string, StoredState>()
  const problems: string[] = []
  for (const folder of await host.list(host.manager.state)) {
    try {
      const unit = await unitIn(host, folder)
      const stored = unit === undefined ? undefined : await loadState(host, unit)
      if (stored !== undefined) states.set(stored.unit, stored)
    } catch (error) {
      problems.push(reasonOf(error))
    }
  }
  return { states, problems }
}

/** The unit that a state is about, by its own word: a folder's name does not tell it. */
async function unitIn(host: Host, folder: string): Promise<string | undefined> {
  const path = `${host.manager.state}/${folder}/state.json`
  const text = await host.read(path)
  if (text === undefined) return undefined
  const named = z.safeParse(z.looseObject({ unit: z.string() }), parsedOr(text, undefined))
  const unit = named.success ? named.data.unit : undefined
  if (unit === undefined || stateFolder(host.manager, unit) !== `${host.manager.state}/${folder}`)
    throw new StoreError(`${path} is not a state of hardenctl`)
  return unit
}

function parsedOr<Other>(text: string, other: Other): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // JSON.parse() throws only for a text that is no JSON.
    return other
  }
}

export async function saveState(host: Host, stored: StoredState): Promise<void> {
  await host.makeDirectory(stateFolder(host.manager, stored.unit), 0o700)
  await host.write(statePath(host.manager, stored.unit), `${JSON.stringify(stored, null, 1)}\n`, 0o600)
}

/** Removes the stored state but not the folder: a running walk holds its lock on it. */
export async function clearState(host: Host, unit: string): Promise<void> {
  await host.remove(statePath(host.manager, unit))
}

/** Removes the folders of the state where nothing is in them. */
export async function forgetFolders(host: Host, unit: string): Promise<void> {
  for (const folder of [stateFolder(host.manager, unit), host.manager.state])
    await host.remove(folder).catch(orElse(false))
}

/** A trial as the store keeps it: the hashes of its files are of use only while it runs. */
export function asPending({ files: _, ...value }: Trial): NonNullable<StoredState['pending']> {
  return z.parse(trial, JSON.parse(JSON.stringify(value)))
}
