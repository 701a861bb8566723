/** A key that is set to a command: "archive_command = 'rsync …'", "on-complete-script: x", "exec=(…)". */
const KEY =
  /(?:^|[\s"'<{,;(])[\w.-]*(?:command|cmd|exec|hook|program|script)s?["']?(?:\s*[=:]\s*|\s+)["'([|]*(.+)$/i
/** Where a shell begins the next command. */
const NEXT = /&&|\|\||[;|&]/
const FIRST = /^[\s"'([]*(\/?[\w.+-]+(?:\/[\w.+-]+)*)/
/** Words that switch something, and programs too. */
const SWITCH = new Set(['true', 'false', 'yes'])

/** The programs that a line of a configuration sets as commands: absolute paths, and names to search for. */
export function commandWords(line: string): string[] {
  const value = KEY.exec(line)?.[1] ?? ''
  return value.split(NEXT).flatMap((command) => {
    const word = FIRST.exec(command)?.[1]
    const isRelative = word?.includes('/') === true && !word.startsWith('/')
    return word === undefined || isRelative || SWITCH.has(word) ? [] : [word]
  })
}
