import { parse } from 'ini'
import { ExpectedError } from '../../host/errors.ts'
import type { Manager } from '../../host/manager.ts'
import type { Assignment } from './assignment.ts'

/** Sorts after every file name that a person would choose, and the trial after what is kept. */
const KEPT = 'zz-hardenctl-kept.conf'
const TRIAL = 'zz-hardenctl-trial.conf'

/** The file of proven settings. A file of the same name in /etc would mask one in /run, so the names differ. */
export function keptPath({ config }: Manager, unit: string): string {
  return `${config}/${unit}.d/${KEPT}`
}

export function trialPath({ runtime }: Manager, unit: string): string {
  return `${runtime}/${unit}.d/${TRIAL}`
}

/**
 * What is kept with less in it, while that is on trial. A file of this name in this folder takes the place of the one in
 * /etc, and is gone after a boot: systemd.unit(5), "System Unit Search Path".
 */
export function reducedPath({ control }: Manager, unit: string): string {
  return `${control}/${unit}.d/${KEPT}`
}

/** Whether a path is that of a drop-in that hardenctl writes, of whatever kind. */
export function isOwnDropIn(path: string): boolean {
  return /\/zz-hardenctl[^/]*\.conf$/.test(path)
}

export class DropInError extends ExpectedError {
  override name = 'DropInError'
}

/** A group of lines with a comment over it. */
export interface DropInPart {
  comment: string[]
  assignments: readonly Assignment[]
}

function line({ key, value }: Assignment): string {
  if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(key)) throw new DropInError(`${JSON.stringify(key)} is not a directive`)
  if (/[\r\n\0]/.test(value) || value.endsWith('\\') || value !== value.trim()) {
    throw new DropInError(`${key}: a value that a unit file can't hold: ${JSON.stringify(value)}`)
  }
  return `${key}=${value}`
}

function commentLine(text: string): string {
  return `# ${text.replaceAll(/[\r\n]/g, ' ')}`.trimEnd()
}

function section(name: 'Unit' | 'Service', parts: readonly DropInPart[]): string[] {
  const blocks = parts.flatMap(({ comment, assignments }) => {
    const own = assignments.filter((assignment) => assignment.section === name)
    return own.length === 0 ? [] : ['', ...comment.map(commentLine), ...own.map(line)]
  })
  return blocks.length === 0 ? [] : ['', `[${name}]`, ...blocks.slice(1)]
}

/** ini cuts values at ; and #, and strips quotes: only a value without them can be compared by it. */
const PLAIN_FOR_INI = /^(?!\[)[^=;#"'\\]*$/

/** Reads the new file with an independent parser, so that an error of the writer never reaches PID 1. */
function prove(text: string, parts: readonly DropInPart[]): void {
  const read = parse(text, { bracketedArray: false }) as Record<string, Record<string, unknown>>
  for (const { section: name, key, value } of parts.flatMap((part) => part.assignments)) {
    if (!PLAIN_FOR_INI.test(value) || key.startsWith('Exec')) continue
    const found = [read[name]?.[key]].flat().map(String)
    if (!found.includes(value)) throw new DropInError(`${key}=${value} was not written as meant`)
  }
}

/** Text of a drop-in: our own ordered writer, as no general INI writer keeps systemd's values (quotes, `=`, `;`). */
export function renderDropIn(header: readonly string[], parts: readonly DropInPart[]): string {
  const comments = header.map(commentLine)
  const text = [...comments, ...section('Unit', parts), ...section('Service', parts), ''].join('\n')
  prove(text, parts)
  return text
}

/** Later assignments of a key replace earlier ones whole, so that one drop-in says each key once. */
export function mergeAssignments(earlier: readonly Assignment[], later: readonly Assignment[]): Assignment[] {
  const replaced = new Set(later.map(({ section: name, key }) => `${name}.${key}`))
  return [...earlier.filter(({ section: name, key }) => !replaced.has(`${name}.${key}`)), ...later]
}

/**
 * Parts of a drop-in that says each key once: of a key that a later part sets again, the earlier lines go. Parts without
 * a line are left out.
 */
export function withLastWord<Part extends DropInPart>(parts: readonly Part[]): Part[] {
  const kept: Part[] = []
  for (const part of parts) {
    const { assignments } = part
    for (const earlier of kept) {
      earlier.assignments = mergeAssignments(earlier.assignments, assignments).filter(
        (one) => !assignments.includes(one),
      )
    }
    kept.push({ ...part, assignments: [...assignments] })
  }
  return kept.filter(({ assignments }) => assignments.length > 0)
}
