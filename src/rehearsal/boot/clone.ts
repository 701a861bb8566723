import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { type CloneHost, cloneHost, insideClone } from '../../host/clone-host.ts'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { JOB_LIMIT_MS } from '../../systemd/manager/control.ts'
import { endStandBy } from '../../trial/transaction/stand-by.ts'
import { planFor } from './boot-plan.ts'
import { bootScript, TARGET } from './boot-script.ts'
import { CloneError } from './clone-error.ts'
import { type CloneUnit, cloneUnit, IMAGE_FOLDER, systemdRun } from './clone-unit.ts'
import {
  availableKiB,
  chooseStorage,
  diskFreeKiB,
  MIN_FREE_KIB,
  type UpperLayerStorage,
} from './upper-layer.ts'

export interface CloneOptions {
  /** The service that is to be rehearsed; nothing is started for it. */
  unit: string
  /** Part of the unit's and the folder's name; letters, digits and hyphens. Default: chosen at random. */
  name?: string
  /** Units to be started in it at once: dbus.socket, or services that the unit talks to. */
  companions?: readonly string[]
  /** Seconds after which PID 1 of the live host ends the clone by itself. */
  deadManSeconds?: number
  signal?: AbortSignal
}

export interface Clone {
  readonly host: Host
  readonly name: string
  /** Its transient service on the live host. */
  readonly unit: string
  /** Its first process, as the live host counts. */
  readonly pid: number
  /** Differences from the live host, in sentences. */
  readonly notes: readonly string[]
  /** Milliseconds from the call until its systemd can start units. */
  readonly bootMs: number
  /** Resolves when it is gone, whoever ended it. */
  readonly ended: Promise<void>
  /** Removes it wholly, and waits until it is gone. May be called twice. */
  dispose(): Promise<void>
}

/** Generous: a clone runs only when nobody else wants the processor. */
const BOOT_LIMIT_MS = 30_000

/** An end through its lifeline takes a tenth of a second. */
const GRACE_MS = 3000

type Lifeline = ChildProcessByStdio<Writable, Readable, Readable>

/** What the script says while it runs. */
class Boot {
  readonly child: Lifeline
  readonly notes: string[] = []
  ended = false
  readonly end: Promise<void>
  #settle: () => void = () => undefined
  pid = 0
  #said = ''

  constructor(argv: readonly string[]) {
    this.end = new Promise((resolve) => {
      this.#settle = resolve
    })
    const [program = '', ...rest] = argv
    // Not by execa, which runs a program to its end: this one lives as long as its input is open.
    this.child = spawn(program, rest, {
      stdio: ['pipe', 'pipe', 'pipe'],
      cwd: '/',
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
      // Ctrl-C on the terminal is for hardenctl, which then ends the clone in order.
      detached: true,
    })
    this.child.on('close', () => this.#end())
    this.child.on('error', (error) => {
      this.#said += error.message
      this.#end()
    })
    this.child.stdin.on('error', () => undefined)
    this.child.stderr.on('data', (text: Buffer) => {
      this.#said += text.toString()
    })
    createInterface({ input: this.child.stdout }).on('line', (line) => this.#hear(line))
    this.child.unref()
  }

  get complaint(): string {
    return this.#said.trim().split('\n').at(-1) || 'it said nothing'
  }

  /** Waits until its unit is gone: systemd-run --pipe ends no earlier. */
  async gone(limitMs: number): Promise<void> {
    const until = performance.now() + limitMs
    while (!this.ended && performance.now() < until) await pause(5)
  }

  #end(): void {
    this.ended = true
    this.#settle()
  }

  #hear(line: string): void {
    const space = line.indexOf(' ')
    const rest = line.slice(space + 1)
    if (line.startsWith('pid ')) this.pid = Number(rest)
    else if (line.startsWith('note ')) this.notes.push(rest)
  }
}

/** Its first process is systemd with the clone's root, and it listens. */
async function isUp(live: Host, pid: number): Promise<boolean> {
  const program = await live.readlink(`/proc/${pid}/exe`)
  if (!program?.endsWith('/systemd')) return false
  return (await live.stat(`/proc/${pid}/root/run/systemd/private`)) !== undefined
}

async function untilUp(live: Host, boot: Boot, signal: AbortSignal | undefined): Promise<void> {
  const until = performance.now() + BOOT_LIMIT_MS
  while (boot.pid === 0 || !(await isUp(live, boot.pid))) {
    signal?.throwIfAborted()
    if (boot.ended) throw new CloneError(`the clone did not boot: ${boot.complaint}`)
    if (performance.now() > until) throw new CloneError('the clone did not boot in time')
    await pause(3)
  }
}

/**
 * Starting the target joins its job, so this returns when PID 1 is ready; then tmpfiles creates in /run what a boot
 * creates.
 */
const SETTLE = `systemctl --quiet start ${TARGET} && systemd-tmpfiles --create --prefix=/run 2>/dev/null || :
[ $# -eq 0 ] || systemctl --quiet --no-ask-password start -- "$@"`

async function settle(live: Host, pid: number, companions: readonly string[]): Promise<void> {
  const argv = insideClone(pid, ['/bin/sh', '-c', SETTLE, 'sh', ...companions])
  const result = await live.run(argv, { timeoutMs: BOOT_LIMIT_MS + companions.length * JOB_LIMIT_MS })
  if (result.exitCode === 0) return
  const said = result.stderr.trim().split('\n')[0] || 'its systemd did not answer'
  throw new CloneError(`the clone could not be prepared: ${said}`)
}

async function remove(live: Host, { unit, folder }: CloneUnit, boot: Boot | undefined): Promise<void> {
  boot?.child.stdin.end()
  await boot?.gone(GRACE_MS)
  await live.run(['systemctl', '--quiet', 'stop', '--', unit], { timeoutMs: 60_000 })
  // Only where the unit never started: its ExecStopPost= has removed both otherwise.
  if ((await live.stat(folder)) !== undefined) {
    await live.run(['rm', '-rf', '--one-file-system', '--', folder])
  }
  await live.remove(live.manager.run).catch(orElse(false))
}

function chosenName(given: string | undefined): string {
  const name = given ?? randomBytes(4).toString('hex')
  if (!/^[A-Za-z0-9-]{1,40}$/.test(name)) throw new CloneError(`${name} is not a valid name for a clone`)
  return name
}

async function placeOf(live: Host): Promise<UpperLayerStorage> {
  const [free, disk] = await Promise.all([availableKiB(live), diskFreeKiB(live, dirname(IMAGE_FOLDER))])
  if (free < MIN_FREE_KIB) throw new CloneError('too little memory is free')
  return chooseStorage(free, disk)
}

/**
 * Boots a clone beside the live host. Its systemd has started only the journal: the caller starts the unit. It ends
 * with dispose(), with this process in any case, with `systemctl stop` of its unit, or when its time is over; nothing
 * remains. Throws CloneError with one line.
 */
export async function bootClone(live: Host, options: CloneOptions): Promise<Clone> {
  const started = performance.now()
  const name = chosenName(options.name)
  const unit = cloneUnit(name)
  const place = await placeOf(live)
  const script = bootScript(await planFor(live, unit, place))
  options.signal?.throwIfAborted()
  let boot: Boot | undefined
  let host: CloneHost | undefined
  let disposed: Promise<void> | undefined
  const dispose = () => {
    host?.close()
    disposed ??= remove(live, unit, boot)
    return disposed
  }
  try {
    boot = new Boot(systemdRun(unit, options.unit, place, script, options.deadManSeconds))
    await untilUp(live, boot, options.signal)
    host = cloneHost(live, boot.pid, `clone ${name}`)
    await settle(live, boot.pid, options.companions ?? [])
    // A clone that fails is thrown away.
    await endStandBy(host, options.unit)
    options.signal?.throwIfAborted()
  } catch (error) {
    await dispose()
    throw error
  }
  const { pid, notes, end } = boot
  const bootMs = Math.round(performance.now() - started)
  return { host, name, unit: unit.unit, pid, notes, bootMs, ended: end, dispose }
}
