import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { openTerminal, type Terminal, type TerminalOptions } from '../../terminal/driver.ts'
import { type CommandOptions, type CommandResult, command } from './command.ts'
import { type CgroupMode, type Holder, hold, type RootType } from './holder.ts'
import { childrenOf, INSIDE_ENV, insideCommand, isPid1 } from './inside-lab.ts'
import { nodeBinary } from './node-binary.ts'
import { project } from './project.ts'
import { rootFileSystem } from './roots.ts'

export interface LabWish {
  /** Debian's name of the release; default bookworm. */
  suite?: string
  /** Packages of a root of its own; default: those of all services. */
  packages?: readonly string[]
  /** Units that are enabled and started, last of all. */
  services?: readonly string[]
  /** Text by path, written before `setup` runs. Folders are made as needed. */
  files?: Readonly<Record<string, string>>
  /** Argument arrays that run in order before the services start; the first that fails ends the boot. */
  setup?: readonly (readonly string[])[]
  /** A program that succeeds when the services answer, for a unit whose start does not wait for that. */
  ready?: readonly string[]
  /** Size of the tmpfs that takes every write, as mount(8) has it; default 2g. */
  size?: string
  /** File system of the root; default an overlay. Of the others, all but tmpfs are made in a file. */
  rootType?: RootType
  /** What its systemd finds on /sys/fs/cgroup; default version 2 alone. */
  cgroups?: CgroupMode
  /** Neither hardenctl nor Node is put in, as on a server where nothing was installed yet. */
  isBare?: boolean
}

interface RunInside extends Omit<CommandOptions, 'env'> {
  /** Added to the minimal environment. */
  env?: Record<string, string>
  /** Name of the account; default root. */
  user?: string
}

/** A machine with a systemd of its own. Nothing that happens in it reaches the host, but the kernel log is shared. */
export interface Lab {
  readonly name: string
  readonly suite: string
  /** The lab's PID 1, as the host counts. Another one after a reboot. */
  readonly pid: number
  /** Runs a program inside. A failing program is a result, not an exception. */
  run(argv: readonly string[], options?: RunInside): Promise<CommandResult>
  /** Standard output of a program that must succeed; throws with its last words otherwise. */
  output(argv: readonly string[], options?: RunInside): Promise<string>
  /** Runs a program again and again until it succeeds; throws when it doesn't within 10 s. */
  untilSuccess(argv: readonly string[]): Promise<void>
  /** The argument array that runs `argv` inside, for a caller that starts it in its own way. */
  command(argv: readonly string[]): string[]
  /** The minimal environment inside, with `more` added. */
  environment(more?: Record<string, string>): Record<string, string>
  /** Runs a program inside on a terminal. `kill` of the terminal hits the program itself, not nsenter. */
  spawnPty(argv: readonly string[], options?: TerminalOptions): Terminal
  /** Text of a file; undefined when there is none. */
  read(path: string): Promise<string | undefined>
  write(path: string, text: string): Promise<void>
  /** Copies a file or a folder of the host into a folder inside. */
  copyIn(path: string, folder: string): void
  /** Shuts down in order and starts again: /etc and /var stay, /run and /tmp are fresh. */
  reboot(): Promise<void>
  /** Pulls the plug and starts again: no process gets a signal to act on. */
  powerCut(): Promise<void>
  /** Removes it wholly. May be called twice. */
  stop(): Promise<void>
}

/**
 * To a container nspawn gives version 1's controllers read-only, which a host does not: systemd uses those that it could
 * write to when it began. With version 2 there are none.
 */
const USE_CONTROLLERS = `set -e
set -- /sys/fs/cgroup/*/tasks
[ -e "$1" ] || exit 0
for file do mount -o remount,bind,rw "$(dirname "$file")"; done
systemctl daemon-reexec`

/** What makes file systems. */
const FILE_SYSTEMS = ['btrfs-progs', 'e2fsprogs', 'xfsprogs']

/** Boots a lab and waits until its systemd is up and the wished services are started. */
export async function bootLab(wish: LabWish = {}): Promise<Lab> {
  const suite = wish.suite ?? 'bookworm'
  const type = wish.rootType ?? 'overlay'
  const [lower, tools, node] = await Promise.all([
    rootFileSystem({ suite, ...(wish.packages ? { packages: wish.packages } : {}) }),
    type === 'overlay' || type === 'tmpfs' ? '' : rootFileSystem({ suite: 'trixie', packages: FILE_SYSTEMS }),
    wish.isBare ? undefined : nodeBinary(),
  ])
  const size = wish.size ?? (type === 'overlay' ? '2g' : '3g')
  const cgroups = wish.cgroups ?? 'unified'
  const holder = await hold({ lower, size, type, tools, cgroups, nspawn: nspawnOptions(node) })
  const lab = new Container(holder, suite)
  try {
    identify(join(holder.folder, 'root'), holder.name)
    if (!wish.isBare) install(join(holder.folder, 'root'))
    await lab.boot()
    await prepare(lab, wish)
    return lab
  } catch (error) {
    await lab.stop()
    throw error
  }
}

/**
 * Without the filter option nspawn forbids bpf(), and systemd then silently does not enforce IPAddressDeny=,
 * SocketBindDeny=, DeviceAllow= and RestrictFileSystems=.
 */
function nspawnOptions(node: string | undefined): string[] {
  return [
    '--quiet',
    '--boot',
    '--register=no',
    '--keep-unit',
    '--hostname=lab',
    '--capability=all',
    '--system-call-filter=bpf perf_event_open',
    '--link-journal=no',
    '--console=pipe',
    '--private-network',
    '--resolv-conf=off',
    '--timezone=off',
    ...(node === undefined ? [] : [`--bind-ro=${node}:/usr/local/bin/node`]),
  ]
}

/** With an empty machine-id systemd counts this as a first boot and enables every service. */
function identify(root: string, name: string): void {
  const id = Buffer.from(name.padEnd(16, '-').slice(-16)).toString('hex')
  writeFileSync(join(root, 'etc/machine-id'), `${id}\n`)
}

/** Puts a copy of the built project into the root, so that a build during a test does not change what runs in it. */
function install(root: string): void {
  const target = join(root, 'opt/hardenctl')
  // All of dist/ but the packages, which are large.
  const parts = ['main.js', 'run.js', 'probe-main.js', 'parts', 'cache'].map((name) => `dist/${name}`)
  for (const part of [...parts, 'bin', 'package.json']) {
    const source = join(project, part)
    if (existsSync(source)) cpSync(source, join(target, part), { recursive: true })
  }
  mkdirSync(join(root, 'usr/local/bin'), { recursive: true })
  symlinkSync('../../../opt/hardenctl/bin/hardenctl.js', join(root, 'usr/local/bin/hardenctl'))
  // Whoever walks in a lab has read the introduction.
  mkdirSync(join(root, 'var/lib/hardenctl'), { mode: 0o700, recursive: true })
  writeFileSync(join(root, 'var/lib/hardenctl/.introduced'), '', { mode: 0o600 })
}

async function prepare(lab: Lab, wish: LabWish): Promise<void> {
  const files = Object.entries(wish.files ?? {})
  for (const [path, text] of files) await lab.write(path, text)
  for (const argv of wish.setup ?? []) await lab.output(argv)
  const services = wish.services ?? []
  if (services.length > 0) await lab.output(['systemctl', 'enable', '--now', '--quiet', ...services])
  else if (files.length > 0) await lab.output(['systemctl', 'daemon-reload'])
  if (wish.ready !== undefined) await lab.untilSuccess(wish.ready)
}

class Container implements Lab {
  readonly suite: string
  readonly #holder: Holder
  #pid = 0
  #stopped = false

  constructor(holder: Holder, suite: string) {
    this.#holder = holder
    this.suite = suite
  }

  get name(): string {
    return this.#holder.name
  }

  get pid(): number {
    return this.#pid
  }

  run(argv: readonly string[], options: RunInside = {}): Promise<CommandResult> {
    const { env, user, ...rest } = options
    const wanted = user === undefined ? argv : ['runuser', '-u', user, '--', ...argv]
    return command(this.command(wanted), { ...rest, env: this.environment(env) })
  }

  async output(argv: readonly string[], options: RunInside = {}): Promise<string> {
    const result = await this.run(argv, options)
    if (result.exitCode === 0) return result.stdout
    const end = result.timedOut ? 'timed out' : `ended with ${result.exitCode ?? result.signal}`
    throw new Error(`${argv.join(' ')} ${end}: ${result.stderr.trim() || result.stdout.trim()}`)
  }

  async untilSuccess(argv: readonly string[]): Promise<void> {
    const ends = Date.now() + 10_000
    while ((await this.run(argv)).exitCode !== 0) {
      if (Date.now() > ends) await this.output(argv)
      await pause(20)
    }
  }

  command(argv: readonly string[]): string[] {
    return insideCommand(this.#pid, this.#holder.cgroups, argv)
  }

  environment(more: Record<string, string> = {}): Record<string, string> {
    return { ...INSIDE_ENV, ...more }
  }

  spawnPty(argv: readonly string[], options: TerminalOptions = {}): Terminal {
    return openTerminal(this.command(argv), {
      ...options,
      env: this.environment({ TERM: 'xterm-256color', ...options.env }),
      // nsenter stays outside as the parent of the program.
      target: (pid) => childrenOf(pid)[0],
    })
  }

  async read(path: string): Promise<string | undefined> {
    const result = await this.run(['cat', '--', path])
    return result.exitCode === 0 ? result.stdout : undefined
  }

  async write(path: string, text: string): Promise<void> {
    await this.output(['mkdir', '-p', '--', dirname(path)])
    await this.output(['sh', '-c', 'cat >"$1"', 'sh', path], { input: text })
  }

  copyIn(path: string, folder: string): void {
    const target = join('/proc', String(this.#pid), 'root', folder, basename(path))
    cpSync(path, target, { recursive: true })
  }

  async reboot(): Promise<void> {
    const before = this.#pid
    await this.run(['systemctl', 'reboot'])
    await until(() => !existsSync(`/proc/${before}/ns/pid`), 120_000, 'the lab did not shut down')
    await this.powerCut()
  }

  async powerCut(): Promise<void> {
    await this.#holder.order('halt')
    await this.boot()
  }

  async stop(): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    await this.#holder.end()
  }

  /** Starts the container and waits until its systemd has finished starting. */
  async boot(): Promise<void> {
    const [, nspawn] = await this.#holder.order('boot')
    const running = () => childrenOf(Number(nspawn)).find(isPid1)
    try {
      await until(() => running() !== undefined || !existsSync(`/proc/${nspawn}/exe`), 20_000, 'no PID 1')
      this.#pid = running() ?? 0
      await this.#started()
      await this.output(['/bin/sh', '-c', USE_CONTROLLERS])
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${this.#console()}`)
    }
  }

  async #started(): Promise<void> {
    const ends = Date.now() + 30_000
    let state = ''
    while (state !== 'running' && state !== 'degraded') {
      if (Date.now() > ends) throw new Error(`systemd in the lab is "${state}"`)
      if (state !== '') await pause(20)
      state = (await this.run(['systemctl', 'is-system-running'])).stdout.trim() || 'not up'
    }
  }

  #console(): string {
    const file = join(this.#holder.folder, 'console')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').slice(-15).join('\n') : ''
  }
}

async function until(condition: () => boolean, timeoutMs: number, otherwise: string): Promise<void> {
  const ends = Date.now() + timeoutMs
  while (!condition()) {
    if (Date.now() > ends) throw new Error(otherwise)
    await pause(10)
  }
}
