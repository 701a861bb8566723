import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface, type Interface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { project } from './project.ts'

/** The process that owns a lab's mounts, cgroup and container (hold.sh). */
export interface Holder {
  readonly pid: number
  readonly name: string
  /** The lab's folder, seen through the holder's mount namespace. Absolute links in it lead to the host's root. */
  readonly folder: string
  /** The cgroup tree, seen the same way. */
  readonly cgroups: string
  /** Sends one order and returns the answer's words. */
  order(order: 'boot' | 'halt'): Promise<string[]>
  /** Ends it and everything that it holds; resolves when nothing is left. */
  end(): Promise<void>
}

export type RootType = 'overlay' | 'tmpfs' | 'ext4' | 'xfs' | 'btrfs'

/** What a systemd finds on /sys/fs/cgroup: version 2 alone, both beside each other, or version 1 alone. */
export type CgroupMode = 'unified' | 'hybrid' | 'legacy'

export interface HolderWish {
  lower: string
  /** What the root is: an overlay over `lower`, or a file system that it is copied to. */
  type: RootType
  /** A root that has the programs to make it; '' for those that need none. */
  tools: string
  cgroups: CgroupMode
  /** Size of the tmpfs that takes all writes, as mount(8) writes it. */
  size: string
  nspawn: readonly string[]
}

/** Mounts what a lab needs. The holder ends with this process: it waits on a pipe that only we hold. */
export async function hold(wish: HolderWish): Promise<Holder> {
  const name = `hardenctl-lab-${randomBytes(4).toString('hex')}`
  const directory = join(tmpdir(), name)
  const child = spawn('unshare', holdCommand(directory, name, wish), {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // Ctrl-C in the terminal is for us; the holder then sees its pipe end
  })
  const answers = new Answers(child)
  const [first] = await answers.next()
  if (first !== 'ready') throw new Error(`the lab's mounts failed: ${answers.complaint()}`)
  const pid = child.pid ?? 0
  return {
    pid,
    name,
    folder: `/proc/${pid}/root${directory}`,
    cgroups: `/proc/${pid}/root/sys/fs/cgroup`,
    order(order) {
      child.stdin.write(`${order}\n`)
      return answers.next()
    },
    async end() {
      child.stdin.end()
      await answers.ended
      if (existsSync(directory)) throw new Error(`${directory} could not be removed: ${answers.complaint()}`)
    },
  }
}

function holdCommand(directory: string, name: string, wish: HolderWish): string[] {
  const script = join(project, 'test/lab/kit/hold.sh')
  const { lower, size, type, tools, cgroups, nspawn } = wish
  const place = [directory, name, lower, size, type, tools, cgroups]
  return ['--mount', '--propagation', 'private', 'sh', script, ...place, `--machine=${name}`, ...nspawn]
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

/** Lines that the holder answers, one per order. */
class Answers {
  readonly ended: Promise<void>
  readonly #lines: AsyncIterator<string>
  #stderr = ''

  constructor(child: Child) {
    this.ended = new Promise((resolve, reject) => {
      child.once('error', reject)
      child.once('close', () => resolve())
    })
    child.stdin.on('error', () => {})
    child.stderr.on('data', (piece: Buffer) => {
      this.#stderr += piece.toString()
    })
    const lines: Interface = createInterface({ input: child.stdout })
    this.#lines = lines[Symbol.asyncIterator]()
  }

  async next(): Promise<string[]> {
    const line = await this.#lines.next()
    return line.done ? [] : line.value.split(' ')
  }

  complaint(): string {
    return this.#stderr.trim() || 'it said nothing'
  }
}
