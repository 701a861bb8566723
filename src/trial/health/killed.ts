import type { Host } from '../../host/host.ts'
import { readSeccompRecords, type SeccompRecord } from '../../systemd/log/audit.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'

/** SIGSYS on the architectures that systemd runs on, MIPS and Alpha aside: signal(7). */
const SIGSYS = 31

/**
 * A process that still lives tells whose it is by its control group. One that is gone can't be asked; in the few
 * seconds after a restart with a new filter it is taken for the service's own, such as the chown of a start script.
 */
async function isSomebodyElses(host: Host, record: SeccompRecord): Promise<boolean> {
  const name = await host.read(`/proc/${record.pid}/comm`).catch(() => undefined)
  return name !== undefined && name.trim() === record.comm
}

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

/** Kernel records of system calls that this filter killed since `since` (epoch ms), as far as they are the service's. */
export async function attributedRecords(
  host: Host,
  filter: Filter | undefined,
  since: number,
  executables: readonly string[],
): Promise<SeccompRecord[]> {
  if (filter === undefined) return []
  const records = (await readSeccompRecords(host, since)).filter(
    (record) => record.signal === SIGSYS && record.time >= since && couldKill(filter, record),
  )
  const own = await Promise.all(
    records.map(async (record) => executables.includes(record.exe) || !(await isSomebodyElses(host, record))),
  )
  return records.filter((_, index) => own[index])
}

/** "chown (fchownat)" */
export function describeRecord({ comm, name }: SeccompRecord): string {
  return `${comm} (${name})`
}
