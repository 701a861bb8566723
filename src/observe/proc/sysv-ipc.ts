/** Something of System V that is shared: a segment, a set of semaphores or a queue. */
export interface SysvIpc {
  id: string
  uid: number
  /** Permission bits. */
  mode: number
}

/**
 * The lines of /proc/sysvipc/shm, sem or msg (sysvipc(7)). The columns have names, of which each file has others; the
 * second one is the identifier.
 */
export function parseSysvIpc(text: string): SysvIpc[] {
  const [head = [], ...rows] = text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const [owner, perms] = [head.indexOf('uid'), head.indexOf('perms')]
  return rows.flatMap((row) => {
    const uid = Number(row[owner])
    return Number.isInteger(uid)
      ? [{ id: row[1] ?? '', uid, mode: Number.parseInt(row[perms] ?? '', 8) }]
      : []
  })
}
