/** Whether a text is a glob(7) pattern and not just a path. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text)
}

/**
 * A glob(7) pattern as a regular expression for whole paths: * and ? never match a slash nor, at the start of a
 * name, a dot; [a-z] and [!a-z] are sets; a backslash takes the next character as it is.
 */
export function regularExpressionOf(pattern: string): RegExp {
  let source = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string
    const startsName = at === 0 || pattern[at - 1] === '/'
    const notHidden = startsName ? '(?!\\.)' : ''
    const set = character === '[' ? /^\[([!^]?)(\]?[^\]/]*)\]/.exec(pattern.slice(at)) : null
    if (set) {
      source += `${notHidden}(?!/)[${set[1] ? '^' : ''}${(set[2] ?? '').replace(/[\\\][^]/g, '\\$&')}]`
      at += set[0].length - 1
    } else if (character === '*') {
      // Several in a row are one; as many repetitions would be tried in every way that they can share a name.
      while (pattern[at + 1] === '*') at += 1
      source += `${notHidden}[^/]*`
    } else if (character === '?') source += `${notHidden}[^/]`
    else if (character === '\\' && at + 1 < pattern.length) source += literal(pattern[++at] as string)
    else source += literal(character)
  }
  try {
    return new RegExp(`^${source}$`, 's')
  } catch {
    // A set that runs backwards ([5-1]) matches nothing, as in glob(7).
    return /(?!)/
  }
}

function literal(character: string): string {
  return character.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}

/** The folders before the first part that is a pattern ("/var/log/a/*.log" → "/var/log/a") and the rest. */
export function fixedFolder(pattern: string): { folder: string; rest: string[] } {
  const parts = pattern.split('/')
  const first = parts.findIndex(isPattern)
  const end = first < 0 ? parts.length - 1 : first
  return { folder: parts.slice(0, end).join('/') || '/', rest: parts.slice(end) }
}
