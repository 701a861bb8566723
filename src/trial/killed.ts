import type { Host } from '../host/host.ts'
import { readSeccompRecords, type SeccompRecord } from '../systemd/audit.ts'

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

/** Kernel records of system calls that a filter killed since `since` (epoch ms), as far as they are this service's. */
export async function attributedRecords(
  host: Host,
  since: number,
  executables: readonly string[],
): Promise<SeccompRecord[]> {
  const records = (await readSeccompRecords(host, since)).filter(
    (record) => record.signal === SIGSYS && record.time >= since,
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
