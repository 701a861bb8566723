import type { Host } from '../../host/host.ts'
import { readText } from '../plan/read-text.ts'
import type { PlannedDirective } from '../plan/schema.ts'
import { parseDropIn, StrangerError } from './parse-drop-in.ts'

/** Bytes: a drop-in of every directive, with comments, has some 10 kB. */
const MOST_BYTES = 64_000

/** Reads a stranger's drop-in, once, and no more of it than one can have. Throws StrangerError with one line. */
export async function readDropIn(host: Host, path: string): Promise<PlannedDirective[]> {
  const read = await readText(host, path, { mostBytes: MOST_BYTES, what: 'a drop-in' })
  if ('problem' in read) throw new StrangerError(read.problem)
  try {
    return parseDropIn(read.text)
  } catch (error) {
    if (error instanceof StrangerError) throw new StrangerError(`${path} is not tried: ${error.message}`)
    throw error
  }
}
