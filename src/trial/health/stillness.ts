import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { OWN_BYTE_ORDER, parseEndpoint } from '../../observe/proc/addresses.ts'
import { syscallOfMachine } from '../../systemd/syscalls/syscall-numbers.ts'

/** What a process has done by now; equal twice, it did nothing in between. */
export interface Activity {
  /** It runs, or waits for a disk: proc_pid_stat(5), field 3. */
  busy: boolean
  /** Clock ticks on a processor, and how often it began or ceased to wait. */
  done: string
}

/** Of /proc/PID/stat and /proc/PID/status; undefined where it is gone. */
export function parseActivity(stat: string, status: string): Activity | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const switches = [...status.matchAll(/^(?:non)?voluntary_ctxt_switches:\s*(\d+)$/gm)].map(
    ([, count]) => count,
  )
  const [state, user, system] = [fields[0], fields[11], fields[12]]
  if (state === undefined || system === undefined) return undefined
  return { busy: state === 'R' || state === 'D', done: [user, system, ...switches].join(' ') }
}

async function text(host: Host, path: string): Promise<string> {
  return (await host.read(path).catch(orElse(undefined))) ?? ''
}

/** Looks whether the processes of a start go on with anything. */
export class Stillness {
  readonly #host: Host
  #last = ''
  #since = performance.now()
  #looks = 0

  constructor(host: Host) {
    this.#host = host
  }

  /** Looks once; milliseconds and looks for which each process has slept and none came or went. */
  async look(processes: readonly string[]): Promise<{ ms: number; looks: number }> {
    const all = await Promise.all(
      processes.map(async (identity) => {
        const folder = `/proc/${identity.split(':')[0]}`
        return parseActivity(
          await text(this.#host, `${folder}/stat`),
          await text(this.#host, `${folder}/status`),
        )
      }),
    )
    const now = JSON.stringify([processes, all])
    if (now !== this.#last || processes.length === 0 || all.some((one) => one?.busy !== false)) {
      this.#last = now
      this.#since = performance.now()
      this.#looks = 0
    }
    this.#looks += 1
    return { ms: performance.now() - this.#since, looks: this.#looks }
  }
}

/** Calls whose first argument is a descriptor. */
const BY_DESCRIPTOR =
  /^(?:read|readv|pread64|write|writev|pwrite64|recvfrom|recvmsg|sendto|sendmsg|connect|accept4?|flock|fcntl|ioctl|fsync|epoll_wait|epoll_pwait)$/

/** A call that a process waits in, of /proc/PID/syscall: "42 0x3 …"; undefined where it runs, or the call is not known. */
export function parseWaitingCall(
  line: string,
  machine: string,
): { name: string; descriptor?: number } | undefined {
  const [, number, first] = /^(\d+) 0x([0-9a-f]+)/.exec(line) ?? []
  const name = number === undefined ? undefined : syscallOfMachine(machine, Number(number))
  if (name === undefined) return undefined
  return BY_DESCRIPTOR.test(name) ? { name, descriptor: Number.parseInt(first as string, 16) } : { name }
}

/** The far end of a TCP socket, "192.0.2.7 port 5432", out of /proc/PID/net/tcp or tcp6; undefined where it is not in there. */
export function remoteOf(table: string, inode: string): string | undefined {
  for (const line of table.split('\n')) {
    const fields = line.trim().split(/\s+/)
    const remote = fields[9] === inode ? parseEndpoint(fields[2] ?? '', OWN_BYTE_ORDER) : undefined
    if (remote !== undefined) return `${remote.address} port ${remote.port}`
  }
  return undefined
}

async function objectOf(host: Host, pid: string, descriptor: number): Promise<string | undefined> {
  const target = await host.readlink(`/proc/${pid}/fd/${descriptor}`)
  const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1]
  if (inode === undefined) return target?.startsWith('/') ? target : undefined
  for (const table of ['tcp', 'tcp6']) {
    const remote = remoteOf(await text(host, `/proc/${pid}/net/${table}`), inode)
    if (remote !== undefined) return remote
  }
  return undefined
}

const MAX_WAITING = 4

/** What processes ("PID:START") wait in, each once: "sh in openat", "node in connect to 192.0.2.7 port 5432". */
export async function waitingIn(
  host: Host,
  processes: readonly string[],
  machine: string,
): Promise<string[]> {
  const all = await Promise.all(
    processes.map(async (identity) => {
      const [pid = ''] = identity.split(':')
      const call = parseWaitingCall(await text(host, `/proc/${pid}/syscall`), machine)
      if (call === undefined) return []
      const object = call.descriptor === undefined ? undefined : await objectOf(host, pid, call.descriptor)
      const name = (await text(host, `/proc/${pid}/comm`)).trim() || 'a process'
      const to = call.name === 'connect' ? ' to' : ' of'
      return [`${name} in ${call.name}(2)${object === undefined ? '' : `${to} ${object}`}`]
    }),
  )
  return [...new Set(all.flat())].slice(0, MAX_WAITING)
}
