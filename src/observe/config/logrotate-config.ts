import type { LogrotateFact } from '../facts.ts'

/** A block of a logrotate.conf(5) file, with what stood above it as its defaults. */
export type LogrotateBlock = Omit<LogrotateFact, 'source' | 'matches' | 'reloadsUnit'>

/** Options that hold for all blocks below them. */
export type LogrotateDefaults = Pick<LogrotateBlock, 'create' | 'su' | 'copytruncate'>

export const NO_DEFAULTS: LogrotateDefaults = { copytruncate: false }

const SCRIPT = /^(prerotate|postrotate|firstaction|lastaction|preremove)\s*$/

/** Both run after the rotation and are where a service is told to open its logs anew. */
const AFTER_ROTATION = new Set(['postrotate', 'lastaction'])

/**
 * Parses one configuration file. `defaults` are the options that hold at its end, outside of blocks: those of
 * logrotate.conf apply to the files that it includes. Lines that are not understood are skipped.
 */
export function parseLogrotate(
  text: string,
  inherited: LogrotateDefaults = NO_DEFAULTS,
): { blocks: LogrotateBlock[]; defaults: LogrotateDefaults } {
  const blocks: LogrotateBlock[] = []
  const defaults: LogrotateDefaults = { ...inherited }
  let patterns: string[] = []
  let block: LogrotateBlock | undefined
  let script: string | undefined

  for (const raw of text.split('\n')) {
    const line = raw.trim()
    if (script !== undefined) {
      if (line === 'endscript') script = undefined
      else if (AFTER_ROTATION.has(script) && line !== '' && !line.startsWith('#'))
        block?.postrotate.push(line)
      continue
    }
    if (line === '' || line.startsWith('#')) continue
    if (block) {
      script = SCRIPT.exec(line)?.[1]
      if (line.startsWith('}')) block = undefined
      else if (script === undefined) applyOption(block, line)
      continue
    }
    if (!isPatternLine(line) && !line.startsWith('{')) {
      applyOption(defaults, line)
      continue
    }
    const [before = '', after] = splitAtBrace(line)
    patterns.push(...words(before))
    if (after === undefined) continue
    block = { ...defaults, patterns, postrotate: [] }
    blocks.push(block)
    patterns = []
    // "/var/log/x { weekly }" on one line.
    applyOption(block, after.replace(/}\s*$/, '').trim())
    if (after.trimEnd().endsWith('}')) block = undefined
  }
  return { blocks, defaults }
}

/** Patterns are absolute, quoted, or start at the home folder. */
function isPatternLine(line: string): boolean {
  return /^["'/~]/.test(line)
}

function splitAtBrace(line: string): [string, string | undefined] {
  const brace = line.search(/\{(?=(?:[^"]*"[^"]*")*[^"]*$)/)
  return brace < 0 ? [line, undefined] : [line.slice(0, brace), line.slice(brace + 1)]
}

/** Words split at blanks; quotes hold one together, a backslash takes the next character as it is. */
function words(text: string): string[] {
  const found = text.match(/"[^"]*"|'[^']*'|(?:\\.|[^\s"'\\])+/g) ?? []
  return found.map((word) => (/^["']/.test(word) ? word.slice(1, -1) : word.replace(/\\([\s"'])/g, '$1')))
}

function applyOption(target: LogrotateDefaults, line: string): void {
  const [option, ...values] = words(line.replace(/\s#.*$/, ''))
  if (option === 'create') target.create = parseCreate(values)
  if (option === 'nocreate') delete target.create
  if (option === 'copytruncate') target.copytruncate = true
  if (option === 'nocopytruncate') target.copytruncate = false
  if (option === 'su' && values[0] && values[1]) target.su = { owner: values[0], group: values[1] }
}

/** "create MODE OWNER GROUP", each of them may be left out: the old file's is taken then. */
function parseCreate(values: string[]): NonNullable<LogrotateDefaults['create']> {
  const hasMode = /^[0-7]{3,4}$/.test(values[0] ?? '')
  const [owner, group] = hasMode ? values.slice(1) : values
  return { mode: hasMode ? Number.parseInt(values[0] as string, 8) : undefined, owner, group }
}
