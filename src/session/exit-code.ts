/** How a command can end, and the exit code that says so. */
const CODES = {
  /** Or there was nothing to do. */
  done: 0,
  'nothing-kept': 1,
  failed: 1,
  'not-in-force': 1,
  'above-threshold': 1,
  'usage-error': 2,
  'kept-in-part': 3,
  'undo-open': 4,
  interrupted: 130,
} as const

export type CommandEnd = keyof typeof CODES

export function exitCode(end: CommandEnd): number {
  return CODES[end]
}

/** What each code means, in the words of the help and the manual. */
export const EXIT_CODES: readonly { code: number; means: string }[] = [
  {
    code: 0,
    means:
      'Done, or there was nothing to do. For status: everything that is kept is in force. For undo: the service is proven healthy. For audit: no service is above the threshold. For try: all of it holds.',
  },
  {
    code: 1,
    means:
      'Refused or failed, and nothing was kept. The message says what was undone and what to do next. For status: something is not in force, or a saved check fails. For audit: a service is above the threshold.',
  },
  { code: 2, means: 'The command line is wrong. Nothing was looked at.' },
  { code: 3, means: 'Kept in part: something that was tried or asked for is not kept.' },
  {
    code: 4,
    means: 'An undo needs a person: it is not complete, or the service is not proven healthy after it.',
  },
  { code: 130, means: 'Interrupted. What was on trial is undone.' },
]
