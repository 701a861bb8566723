/**
 * What a row of a drop-in came to. given-more: it breaks as it is, and holds with what it lacked. not-reached: it
 * denies a use that nobody played, so that a clone says little. person: its proof says too little for another reason.
 * stage: its stage did not hold.
 */
export const OUTCOMES = [
  'holds',
  'given-more',
  'breaks',
  'not-reached',
  'person',
  'stage',
  'unfit',
  'unknown',
  'in-force',
] as const
export type Outcome = (typeof OUTCOMES)[number]
