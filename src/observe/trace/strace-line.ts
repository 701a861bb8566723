/** A finished system call: `args` is the text between its parentheses, `result` the text after "= ". */
export interface TracedCall {
  name: string
  args: string
  result: string
}

/** One line that strace wrote. Without -f there is no pid: 0. */
export type StraceLine = { pid: number } & (
  | ({ kind: 'call' } & TracedCall)
  /** Another process came between; the rest follows in a line of kind "resumed". */
  | { kind: 'unfinished'; name: string; args: string }
  | { kind: 'resumed'; name: string; rest: string }
  | { kind: 'signal'; signal: string }
  | { kind: 'exited' }
  | { kind: 'killed'; signal: string }
  /** A thread called execve: the whole process goes on under its leader's id, and this id is the thread's. */
  | { kind: 'superseded'; by: number }
  | { kind: 'personality'; bits: number }
)

/** "1234  ", "[pid  1234] ", with -Y "1234<sh> ", and a time stamp of -t, -tt or -ttt. */
const PREFIX = /^(?:\[pid\s+(\d+)(?:<[^>]*>)?\] |(\d+)(?:<[^>]*>)? +)?(?:\d[\d:]*(?:\.\d+)? )?/
const NAME = /^[A-Za-z_][A-Za-z0-9_]*\(/
const UNFINISHED = /\s?<(?:unfinished|detached) \.\.\.>$/
const RESUMED = /^<\.\.\. ([A-Za-z_][A-Za-z0-9_]*) resumed>\s?/
const SIGNAL = /^--- (SIG[A-Z0-9_+]+) /
const KILLED = /^\+\+\+ killed by (SIG[A-Z0-9_+]+)/
const SUPERSEDED = /^\+\+\+ superseded by execve in pid (\d+)/
const PERSONALITY = /^\[ Process PID=\d+ runs in (?:(\d+) bit|(x32)) mode\. \]/

/** Reads one line of strace(1); undefined for what is none of its own. Never throws, and takes linear time. */
export function parseStraceLine(line: string): StraceLine | undefined {
  const prefix = PREFIX.exec(line) as RegExpExecArray
  const pid = Number(prefix[1] ?? prefix[2] ?? 0)
  const text = line.slice(prefix[0].length)
  const event = parseEvent(text) ?? parseUnfinished(text) ?? parseCall(text)
  return event && { pid, ...event }
}

type Event = StraceLine extends infer One ? (One extends { pid: number } ? Omit<One, 'pid'> : never) : never

function parseEvent(text: string): Event | undefined {
  const first = text[0]
  if (first === '<') {
    const resumed = RESUMED.exec(text)
    return resumed
      ? { kind: 'resumed', name: resumed[1] as string, rest: text.slice(resumed[0].length) }
      : undefined
  }
  if (first === '-') {
    const signal = SIGNAL.exec(text)?.[1]
    return signal === undefined ? undefined : { kind: 'signal', signal }
  }
  if (first === '[') {
    const found = PERSONALITY.exec(text)
    return found ? { kind: 'personality', bits: Number(found[1] ?? 32) } : undefined
  }
  if (first !== '+') return undefined
  if (text.startsWith('+++ exited with ')) return { kind: 'exited' }
  const by = SUPERSEDED.exec(text)?.[1]
  if (by !== undefined) return { kind: 'superseded', by: Number(by) }
  const signal = KILLED.exec(text)?.[1]
  return signal === undefined ? undefined : { kind: 'killed', signal }
}

function parseUnfinished(text: string): Event | undefined {
  const end = UNFINISHED.exec(text.slice(-20))
  const head = NAME.exec(text)
  if (end === null || head === null) return undefined
  const name = head[0].slice(0, -1)
  return { kind: 'unfinished', name, args: text.slice(head[0].length, text.length - end[0].length) }
}

/** "name(args) = result"; also what an unfinished line and its rest make together. */
export function parseCall(text: string): ({ kind: 'call' } & TracedCall) | undefined {
  const head = NAME.exec(text)
  if (head === null) return undefined
  const end = closing(text, head[0].length)
  if (end < 0) return undefined
  const equals = /^\s*= /.exec(text.slice(end + 1))
  if (equals === null) return undefined
  return {
    kind: 'call',
    name: head[0].slice(0, -1),
    args: text.slice(head[0].length, end),
    result: text.slice(end + 1 + equals[0].length),
  }
}

const QUOTE = 34
const BACKSLASH = 92
const LESS = 60
const MORE = 62
const COMMA = 44
const SLASH = 47
const STAR = 42
const MINUS = 45

/** Index behind the string whose opening quote is at `at`. */
function afterString(text: string, at: number): number {
  for (let index = at + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === BACKSLASH) index += 1
    else if (code === QUOTE) return index + 1
  }
  return text.length
}

/**
 * Whether "<" opens what -y says of a descriptor: `3</etc/passwd>`, `AT_FDCWD</>`. In `21<<MAP_HUGE_SHIFT` it is a shift.
 * strace writes "<" and ">" within a path as \74 and \76.
 */
function opensDecoration(text: string, at: number): boolean {
  const before = text[at - 1] ?? ''
  return /[0-9D]/.test(before) && !/[<= ]/.test(text[at + 1] ?? ' ')
}

/** Index behind a decoration; one may hold another (`</dev/null<char 1:3>>`) and an arrow (`<TCP:[a->b]>`). */
function afterDecoration(text: string, at: number): number {
  let depth = 0
  for (let index = at; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === LESS) depth += 1
    else if (code === MORE && text.charCodeAt(index - 1) !== MINUS) {
      depth -= 1
      if (depth === 0) return index + 1
    }
  }
  return text.length
}

/** Index of what comes next: strings, decorations and comments are stepped over whole. */
function step(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code === QUOTE) return afterString(text, at)
  if (code === LESS && opensDecoration(text, at)) return afterDecoration(text, at)
  if (code === SLASH && text.charCodeAt(at + 1) === STAR) {
    const end = text.indexOf('*/', at + 2)
    return end < 0 ? text.length : end + 2
  }
  return at + 1
}

const OPENING = new Set(['(', '[', '{'].map((one) => one.charCodeAt(0)))
const CLOSING = new Set([')', ']', '}'].map((one) => one.charCodeAt(0)))

/** Index of the bracket that closes the one before `from`; -1 when there is none. */
function closing(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at = step(text, at)) {
    const code = text.charCodeAt(at)
    if (OPENING.has(code)) depth += 1
    else if (CLOSING.has(code)) {
      if (depth === 0) return at
      depth -= 1
    }
  }
  return -1
}

/** Arguments at commas outside of brackets, strings and decorations. */
export function splitArguments(args: string): string[] {
  const parts: string[] = []
  let depth = 0
  let begin = 0
  for (let at = 0; at < args.length; at = step(args, at)) {
    const code = args.charCodeAt(at)
    if (OPENING.has(code)) depth += 1
    else if (CLOSING.has(code)) depth -= 1
    else if (code === COMMA && depth <= 0) {
      parts.push(args.slice(begin, at).trim())
      begin = at + 1
    }
  }
  const last = args.slice(begin).trim()
  return last === '' && parts.length === 0 ? [] : [...parts, last]
}
