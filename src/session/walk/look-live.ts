import type { Facts } from '../../observe/facts.ts'
import { observe } from '../../observe/observe.ts'
import type { WalkBeginning } from './context.ts'

/** What the service does on the live host; a stopped one does it in a clone alone. */
export async function lookLive({
  live,
  subject,
  seen,
}: Pick<WalkBeginning, 'live' | 'subject' | 'seen'>): Promise<Facts> {
  return seen ?? observe(live, subject.unit)
}
