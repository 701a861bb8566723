type Environment = Record<string, string | undefined>

/** Must run before Ink is imported: chalk reads the environment when it is loaded. */
export function prepareEnvironment(environment: Environment): void {
  if (environment.NO_COLOR || environment.TERM === 'dumb') environment.FORCE_COLOR = '0'
}

/** Whether only ASCII can be trusted to be drawn: the locale is not UTF-8, or the console has a small font. */
export function needsAscii(environment: Environment): boolean {
  if (environment.TERM === 'linux' || environment.TERM === 'dumb') return true
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || ''
  return !/utf-?8/i.test(locale)
}

/** Whether plain text is wanted: by a screen reader's user, or because the terminal can do nothing else. */
export function wantsPlain({ ACCESSIBLE, TERM }: Environment): boolean {
  return TERM === 'dumb' || (ACCESSIBLE !== undefined && ACCESSIBLE !== '' && ACCESSIBLE !== '0')
}

/** Whether a screen reader reads what is drawn, so that nothing is drawn twice. */
export function isReadOut(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment.INK_SCREEN_READER === 'true'
}
