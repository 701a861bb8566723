import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { readSeccompRecords, type SeccompRecord } from '../../systemd/log/audit.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import type { Seen, Sightings } from './sightings.ts'

/** SIGSYS on the architectures that systemd runs on, MIPS and Alpha aside: signal(7). */
const SIGSYS = 31

/** AUDIT_ARCH_… of this machine, where it is known: linux/audit.h. */
const OWN_ARCH = { x64: 'c000003e', arm64: 'c00000b7' }[process.arch as string]

/** Facts that decide whether a killed call can be the unit's; they cannot change between two restarts. */
export interface Filter {
  /** As `systemctl show` prints SystemCallFilter=: "~" in front of a deny list. */
  calls: string
  architectures: string
  /** The uid of User=; undefined for a service that starts as root, which can become any user. */
  uid: number | undefined
}

/** The unit's filter in force; undefined when it has none, so that no killed call is its. */
export async function filterOf(host: Host, unit: string): Promise<Filter | undefined> {
  const shown = await showUnit(host, unit, ['SystemCallFilter', 'SystemCallArchitectures', 'User'])
  const [calls, architectures] = [first(shown, 'SystemCallFilter'), first(shown, 'SystemCallArchitectures')]
  // An empty filter is printed as a deny list of nothing.
  if (/^~?$/.test(calls) && architectures === '') return undefined
  const user = first(shown, 'User')
  if (user === '' || user === 'root' || user === '0') return { calls, architectures, uid: undefined }
  const said = (await host.run(['id', '-u', '--', user])).stdout.trim()
  return { calls, architectures, uid: /^\d+$/.test(said) ? Number(said) : undefined }
}

/** Whether this filter could have killed this call of this caller: the log has records of the whole machine. */
function couldKill({ calls, architectures, uid }: Filter, record: SeccompRecord): boolean {
  // With User= the calls are that account's, and root's for its "+" lines.
  if (uid !== undefined && record.uid !== 0 && record.uid !== uid) return false
  if (record.arch !== OWN_ARCH) return architectures !== '' || calls !== ''
  const listed = calls.replace(/^~/, '').split(' ').includes(record.name)
  return calls !== '' && listed === calls.startsWith('~')
}

/**
 * Facts about a unit's processes that separate its killed calls from those of others: the log is the whole machine's.
 */
interface Suspects {
  /** Executables that are known to be the unit's, with links followed. */
  executables: readonly string[]
  /** A trace showed every program of the unit, so another program is hardly the unit's. */
  allPrograms: boolean
  /** Seen in the unit's control group or elsewhere, by the id in the record. */
  seen(pid: number): Seen
  /** Processes of this machine can be seen by the ids in the kernel's log. */
  canSee: boolean
  /** A clone: the live trial finds what it misses. */
  isClone: boolean
}

/**
 * Whether a killed call that the unit's filter could have killed was the unit's. If the process was seen, its control
 * group decides. If it came and went between two looks, only its program is known. In doubt the change is guilty if the
 * live service is at stake and hardly anybody else has killed calls; in a clone or a container, which share the log
 * with others, it is not.
 */
function isOwn({ pid, exe }: SeccompRecord, suspects: Suspects): boolean {
  const { executables, allPrograms, canSee, isClone } = suspects
  const seen = suspects.seen(pid)
  if (seen !== 'not seen') return seen === 'own'
  const program = exe.replace(/ \(deleted\)$/, '')
  if (program === '' || executables.includes(program)) return true
  return !allPrograms || (canSee && !isClone)
}

/** What a health check knows of the unit's programs and processes. */
export interface Witnesses {
  /** Links may stand among them. */
  executables: readonly string[]
  allPrograms?: boolean | undefined
  sightings: Sightings
}

/** Kernel records of system calls that this filter killed since `since` (epoch ms), as far as they are the unit's. */
export async function attributedRecords(
  host: Host,
  filter: Filter | undefined,
  since: number,
  group: string,
  { executables, allPrograms = false, sightings }: Witnesses,
): Promise<SeccompRecord[]> {
  await sightings.look(group)
  if (filter === undefined) return []
  const records = (await readSeccompRecords(host, since)).filter(
    (record) => record.signal === SIGSYS && record.time >= since && couldKill(filter, record),
  )
  if (records.length === 0) return []
  // Once more, for one that still lives.
  await sightings.look(group)
  // A path that cannot be followed is kept as it is.
  const real = await Promise.all(executables.map((path) => host.resolve(path).catch(orElse(undefined))))
  const suspects: Suspects = {
    executables: [...executables, ...real.flatMap((path) => path ?? [])],
    allPrograms,
    seen: (pid) => sightings.of(pid),
    canSee: sightings.canSee,
    isClone: host.isClone,
  }
  return records.filter((record) => isOwn(record, suspects))
}

/** "chown (fchownat)" */
export function describeRecord({ comm, name }: SeccompRecord): string {
  return `${comm} (${name})`
}
