import type { Host } from '../host/host.ts'
import { readSeccompRecords, type SeccompRecord } from '../systemd/audit.ts'
import { first, showUnit } from '../systemd/show.ts'

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

/** Whether the unit's filter in force could have killed a call: the records are those of the whole machine. */
async function killsOf(host: Host, unit: string): Promise<(record: SeccompRecord) => boolean> {
  const shown = await showUnit(host, unit, ['SystemCallFilter', 'SystemCallArchitectures'])
  const filter = first(shown, 'SystemCallFilter')
  const foreign = first(shown, 'SystemCallArchitectures') !== ''
  const listed = new Set(filter.replace(/^~/, '').split(' '))
  return ({ arch, name }) => {
    if (arch !== OWN_ARCH) return foreign || filter !== ''
    return filter !== '' && listed.has(name) === filter.startsWith('~')
  }
}

/**
 * Whose calls can be the unit's: with User= that account's, and root's for its "+" lines. A service that starts as
 * root may become anybody.
 */
async function callersOf(host: Host, unit: string): Promise<(record: SeccompRecord) => boolean> {
  const user = first(await showUnit(host, unit, ['User']), 'User')
  if (user === '' || user === 'root' || user === '0') return () => true
  const said = (await host.run(['id', '-u', '--', user])).stdout.trim()
  return ({ uid }) => !/^\d+$/.test(said) || uid === 0 || uid === Number(said)
}

/** Kernel records of system calls that a filter killed since `since` (epoch ms), as far as they are this service's. */
export async function attributedRecords(
  host: Host,
  unit: string,
  since: number,
  executables: readonly string[],
): Promise<SeccompRecord[]> {
  const kills = await killsOf(host, unit)
  const records = (await readSeccompRecords(host, since)).filter(
    (record) => record.signal === SIGSYS && record.time >= since && kills(record),
  )
  if (records.length === 0) return []
  const called = records.filter(await callersOf(host, unit))
  const own = await Promise.all(
    called.map(async (record) => executables.includes(record.exe) || !(await isSomebodyElses(host, record))),
  )
  return called.filter((_, index) => own[index])
}

/** "chown (fchownat)" */
export function describeRecord({ comm, name }: SeccompRecord): string {
  return `${comm} (${name})`
}
