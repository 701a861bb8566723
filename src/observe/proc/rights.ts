import type { ProcessFacts } from '../facts.ts'

/** Root that has laid its rights aside takes them up again for each job: credentials(7), saved user ID. */
export function keepsRoot({ uid }: Pick<ProcessFacts, 'uid'>): boolean {
  return uid.effective === 0 || uid.saved === 0 || uid.real === 0
}
