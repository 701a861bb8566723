import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { readSeccompRecords, type SeccompRecord } from '../../systemd/log/audit.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import type { Seen, Sightings } from './sightings.ts'

/** SIGSYS on the architectures that systemd runs on, MIPS and Alpha aside: signal(7). */
const SIGSYS = 31

/** AUDIT_ARCH_… of this machine, where it is known: linux/audit.h. */
const OWN_ARCH = { x64: 'c000003e', arm64: 'c00000b7' }[process.arch as string]

/** What tells whether a killed call can be the unit's; it can't change between two restarts. */
export interface Filter {
  /** As `systemctl show` prints SystemCallFilter=: "~" in front of a deny list. */
  calls: string
  architectures: string
  /** The uid of User=; undefined for a service that starts as root, which may become anybody. */
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

/** Whether this filter could have killed the call, of this caller: the records are those of the whole machine. */
function couldKill({ calls, architectures, uid }: Filter, record: SeccompRecord): boolean {
  // With User= the calls are that account's, and root's for its "+" lines.
  if (uid !== undefined && record.uid !== 0 && record.uid !== uid) return false
  if (record.arch !== OWN_ARCH) return architectures !== '' || calls !== ''
  const listed = calls.replace(/^~/, '').split(' ').includes(record.name)
  return calls !== '' && listed === calls.startsWith('~')
}

/** What is known of a unit's processes, to tell its killed calls from those of others: the log is the whole machine's. */
interface Suspects {
  /** Executables that are known to be the unit's, with links followed. */
  executables: readonly string[]
  /** A trace showed every program that the unit runs, so that one which is not among them is hardly its. */
  allPrograms: boolean
  /** Seen in the unit's control group or elsewhere, by the id in the record. */
  seen(pid: number): Seen
  /** Processes of this machine can be seen by the ids in the kernel's log. */
  canSee: boolean
  /** A clone: what it misses is found live. */
  isClone: boolean
}

/**
 * Whether a killed call, which the unit's filter could have killed, was the unit's. The control group decides where
 * the process was seen. Of one that came and went between two looks only its program is known. A doubt counts against
 * the change where the live service is at stake and hardly anybody else has calls killed; in a clone and in a
 * container, whose log is shared with others, it does not.
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
  // A path that can't be followed stands for itself.
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
