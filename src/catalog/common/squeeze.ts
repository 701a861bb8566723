import { rungOf, withValue } from './ladder.ts'
import { service } from './proposal.ts'
import type { Assignment, Proposed, Rung, Squeeze } from './types.ts'

/** The word leaves the list that the setting is. */
export function takingOut(key: string, word: string, label = word): Squeeze {
  return { key, word, label, how: 'take-out' }
}

/** A system call or a group of them is denied by one more line of the filter. */
export function denying(word: string): Squeeze {
  return { key: 'SystemCallFilter', word, label: word, how: 'deny' }
}

/**
 * The proposal without one more of its parts; undefined where it does not hold that part any more. What it was stands
 * on the ladder below it, so that a step down gives the part back.
 */
export function squeezed(now: Proposed, squeeze: Squeeze): Proposed | undefined {
  const assignments = linesWithout(now.assignments, squeeze)
  if (assignments === undefined) return undefined
  const next = rungWithout(rungOf(now), assignments, squeeze)
  return withValue(now, next, { rungs: [next, ...fromHereDown(now)], at: 0 })
}

/** A proposal that was relaxed stands on no rung: what lies below it is not known. */
function fromHereDown(now: Proposed): readonly Rung[] {
  const { rungs = [], at } = now.ladder ?? {}
  return at === undefined ? [rungOf(now)] : rungs.slice(at)
}

function linesWithout(assignments: readonly Assignment[], squeeze: Squeeze): Assignment[] | undefined {
  return squeeze.how === 'deny' ? withDenial(assignments, squeeze) : withoutWord(assignments, squeeze)
}

/** A call that was let in, or is to fail softly, by its own name: a group denied after it could take that back. */
function namesCall({ key, value }: Assignment): boolean {
  if (key !== 'SystemCallFilter') return false
  return value.startsWith('~') ? value.includes(':') : wordsIn(value).some((word) => !word.startsWith('@'))
}

function withDenial(assignments: readonly Assignment[], { key, word }: Squeeze): Assignment[] | undefined {
  const value = `~${word}`
  const there = assignments.some((line) => line.key === key && line.value === value)
  const filters = assignments.some((line) => line.key === key && line.value !== '')
  return there || !filters || assignments.some(namesCall) ? undefined : [...assignments, service(key, value)]
}

/** A blank after a backslash is part of the path. */
function wordsIn(value: string): string[] {
  return value.split(/(?<!\\) +/).filter(Boolean)
}

/** A line that loses its last word goes: empty, it would reset the lines before it. */
function withoutWord(assignments: readonly Assignment[], { key, word }: Squeeze): Assignment[] | undefined {
  const holds = (line: Assignment) => line.key === key && wordsIn(line.value).includes(word)
  if (!assignments.some(holds)) return undefined
  const left = assignments.flatMap((line) => {
    if (!holds(line)) return [line]
    const words = wordsIn(line.value).filter((one) => one !== word)
    return words.length === 0 ? [] : [{ ...line, value: words.join(' ') }]
  })
  // An empty list of families restricts none (systemd.exec(5)).
  return key === 'RestrictAddressFamilies' && listedWords(left, key).length === 0 ? undefined : left
}

function listedWords(assignments: readonly Assignment[], key: string): string[] {
  return assignments.filter((line) => line.key === key).flatMap(({ value }) => wordsIn(value))
}

function rungWithout(before: Rung, assignments: Assignment[], { key, how, label }: Squeeze): Rung {
  const { without = [], readOnly = [] } = before
  if (how === 'deny') return { ...before, assignments, without: [...without, label] }
  if (key === 'ReadWritePaths') return { ...before, assignments, readOnly: [...readOnly, label] }
  return { assignments, value: listedWords(assignments, key).join(' ') || 'none' }
}

/** "without CAP_KILL" */
function less({ key, label }: Squeeze): string {
  return key === 'ReadWritePaths' ? `with ${label} read-only` : `without ${label}`
}

/** What a squeeze that held tells. */
export function heldWithout(squeeze: Squeeze, canReload: boolean): string {
  return `It also runs, ${canReload ? 'reloads, ' : ''}stops and starts ${less(squeeze)}.`
}

/** What a squeeze that broke tells. */
export function brokeWithout(squeeze: Squeeze, reason: string): string {
  const start = less(squeeze)
  return `${start.charAt(0).toUpperCase()}${start.slice(1)} it breaks: ${reason.replace(/\.+$/, '')}.`
}
