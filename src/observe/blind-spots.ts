import { isSystemError, reasonOf } from '../host/errors.ts'
import { HostError } from '../host/host.ts'

/** Sentences about unreadable files; a set, since one cause often affects many files. */
export type BlindSpots = Set<string>

/** Error codes of a process or file that is gone: processes end while they are read. */
const GONE = new Set(['ENOENT', 'ESRCH', 'ENOTDIR'])

/**
 * The result of the reading, or undefined if it fails. A failure other than "it is gone" is noted as a blind spot, so
 * that one unreadable file never ends the observation.
 */
export async function orBlindSpot<T>(
  gaps: BlindSpots,
  what: string,
  reading: Promise<T>,
): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    const code = codeOf(error)
    if (!GONE.has(code)) gaps.add(`${what} could not be read: ${code}`)
    return undefined
  }
}

function codeOf(error: unknown): string {
  if (error instanceof HostError) return error.code
  const reason = reasonOf(error)
  return isSystemError(error) ? String(error.code) : reason
}

/** The number of readings at once: enough to be quick, few enough to leave the service its processor. */
const AT_ONCE = 16

/** Maps in order, a few at a time: a service may hold ten thousand descriptors. */
export async function mapFew<In, Out>(items: readonly In[], one: (item: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = []
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(one))))
  }
  return results
}
