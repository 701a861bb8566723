import type { Lab } from './lab.ts'

/** What a lab is made of, as plain data that two moments can be compared by. */
export interface Listing {
  /** Path → what it is, one line each: kind, owner, mode, and size and hash where they stand still. */
  files: Record<string, string>
  /** `systemctl show` of the unit, without what changes by itself. */
  unit: Record<string, string>
  /** Timers, mounts, cgroups and transient units. */
  machine: Record<'timers' | 'mounts' | 'cgroups' | 'units', string[]>
}

/** Folders that are listed; nothing else on a machine is hardenctl's to touch. */
const FOLDERS = ['/etc', '/run', '/var', '/usr/lib/systemd', '/root', '/tmp', '/opt']

/** What systemd and the service write without anybody asking. */
const MOVES_BY_ITSELF = [
  /^\/run\/log\/journal\//,
  /^\/var\/log\/journal\//,
  /^\/run\/systemd\/journal\/streams\//,
  /^\/run\/systemd\/units(\/|$)/,
  /^\/run\/systemd\/propagate(\/|$)/,
  /^\/run\/systemd\/unit-root(\/|$)/,
  /^\/run\/systemd\/inaccessible(\/|$)/,
  /^\/run\/systemd\/incoming(\/|$)/,
  /^\/run\/systemd\/dissect-root(\/|$)/,
  /^\/run\/credentials(\/|$)/,
  // systemd's own, left when a start is ended while it sets up PrivateDevices=.
  /^\/run\/systemd\/namespace-\w+$/,
  /^\/var\/tmp\/systemd-private-/,
  /^\/tmp\/systemd-private-/,
  /^\/run\/udev\//,
]

/** Properties of a unit that differ after every restart though nothing was changed. */
const VOLATILE =
  /(Timestamp(Monotonic)?|PID|InvocationID|^ExecMain.*|^NRestarts|^ControlGroupId|Current|Peak|NSec|^IO(Read|Write).*|^IP(In|E)gress.*|^TasksCurrent|^EffectiveMemory.*|^Memory(Available|Swap.*)|^ActiveEnter.*|^FileDescriptorStore.*|^NFileDescriptorStore|^StateChange.*|^SourcePath)$/

/** Lists a lab and one unit in it. Ask twice and compare with toEqual: what hardenctl took back must be gone wholly. */
export async function list(lab: Lab, unit: string): Promise<Listing> {
  const [files, shown, timers, mounts, cgroups, units] = await Promise.all([
    listFiles(lab),
    lab.output(['systemctl', 'show', unit]),
    lab.output(['systemctl', 'list-timers', '--all', '--output=json']),
    lab.output(['cat', '/proc/1/mounts']),
    lab.output(['find', '/sys/fs/cgroup', '-type', 'd']),
    lab.output(['systemctl', 'list-units', '--all', '--output=json']),
  ])
  return {
    files,
    unit: properties(shown),
    machine: {
      timers: names(timers),
      mounts: mounts.trim().split('\n').sort(),
      cgroups: cgroups.trim().split('\n').sort(),
      units: names(units),
    },
  }
}

async function listFiles(lab: Lab): Promise<Record<string, string>> {
  const format = '%p\\0%y\\0%U:%G\\0%m\\0%s\\0%l\\0'
  const [found, sums] = await Promise.all([
    lab.output(['find', ...FOLDERS, '-xdev', '-printf', format]),
    lab.output(['find', '/etc', '-xdev', '-type', 'f', '-exec', 'sha256sum', '--zero', '{}', '+']),
  ])
  const hashes = new Map(sums.split('\0').map((line) => [line.slice(66), line.slice(0, 16)]))
  const fields = found.split('\0')
  const files: Record<string, string> = {}
  for (let at = 0; at + 6 <= fields.length; at += 6) {
    const [path = '', kind = '', owner, mode, size, link] = fields.slice(at, at + 6)
    if (MOVES_BY_ITSELF.some((pattern) => pattern.test(path))) continue
    const content = [
      ...(kind === 'f' && !grows(path) ? [size] : []),
      ...(kind === 'l' ? [`→ ${link}`] : []),
      ...(hashes.has(path) ? [hashes.get(path)] : []),
    ]
    files[path] = [kind, owner, mode, ...content].join(' ')
  }
  return files
}

/** Logs grow, state files of daemons change in size; that they exist and whose they are still counts. */
function grows(path: string): boolean {
  return /^\/(var\/log|run|var\/lib\/(systemd|redis))\//.test(path)
}

function properties(shown: string): Record<string, string> {
  const all: Record<string, string> = {}
  for (const line of shown.trim().split('\n')) {
    const at = line.indexOf('=')
    const key = line.slice(0, at)
    if (VOLATILE.test(key)) continue
    // Exec lines carry the times and the pid of their last run.
    const value = line.slice(at + 1).replace(/ ?; (start_time|stop_time|pid|code|status)=[^;}]*/g, '')
    all[key] = key in all ? `${all[key]}\n${value}` : value
  }
  return all
}

function names(json: string): string[] {
  return (JSON.parse(json) as { unit: string }[]).map(({ unit }) => unit).sort()
}
