import type { Facts } from '../../observe/facts.ts'
import { service } from '../common/proposal.ts'
import type { Assignment } from '../common/types.ts'
import { words } from '../common/unit-settings.ts'
import { type Exception, members } from './syscall-needs.ts'

export const BASE = '@system-service'

/** A filter in force: "~" in front of the first name makes it a deny list; "name:EPERM" denies within either. */
export interface PresentFilter {
  kind: 'none' | 'allow' | 'deny'
  names: string[]
}

export function presentFilter(facts: Facts): PresentFilter {
  const names = words(facts, 'SystemCallFilter')
  if (names.length === 0) return { kind: 'none', names }
  const denies = names[0]?.startsWith('~') ?? false
  const bare = names.map((name) => name.replace(/^~/, '')).filter(Boolean)
  return {
    kind: denies ? 'deny' : 'allow',
    names: denies ? bare : bare.filter((name) => !name.includes(':')),
  }
}

/** Groups that this systemd knows; all of them when its list could not be read. */
function knows(facts: Facts, group: string): boolean {
  return Object.keys(facts.syscallGroups).length === 0 || group in facts.syscallGroups
}

/**
 * The filter's lines without the groups. The unit's own denials stay, an allow list of the unit gets no additions, and
 * a call that it allows beyond @system-service stays allowed.
 */
export function filterLines(
  facts: Facts,
  without: readonly string[],
  kept: readonly Exception[],
): Assignment[] {
  const values = [BASE]
  const left = without.filter((group) => knows(facts, group))
  if (left.length > 0) values.push(`~${left.join(' ')}`)
  const again = kept
    .filter(({ refused }) => !refused)
    .flatMap(({ names }) => names)
    .filter((name) => !name.startsWith('@') || knows(facts, name))
  const present = presentFilter(facts)
  const allowed = allowedNow(facts, present, [...new Set(again)])
  if (allowed.length > 0) values.push(allowed.join(' '))
  if (present.kind === 'allow') values.push(...withinPresent(facts, present.names, left))
  return linesOf([...values, ...ownDenials(present), ...softly(kept)])
}

/** Of these calls and groups what an allow list of the unit lets through now: whoever wrote it left the rest out. */
function allowedNow(facts: Facts, { kind, names }: PresentFilter, wanted: readonly string[]): string[] {
  if (kind !== 'allow') return [...wanted]
  return wanted.flatMap((word) => {
    const calls = word.startsWith('@') ? members(facts, word) : [word]
    const through = calls.filter((call) => names.includes(call))
    return through.length === calls.length && calls.length > 0 ? [word] : through
  })
}

/** The unit's own denials. systemd prints an empty filter as a deny list of nothing. */
function ownDenials({ kind, names }: PresentFilter): string[] {
  return kind === 'deny' && names.length > 0 ? [`~${names.join(' ')}`] : []
}

/** Calls that fail with EPERM: in an allow list, a denied call with an error name fails instead of killing. */
function softly(kept: readonly Exception[]): string[] {
  return kept
    .filter(({ refused }) => refused)
    .map(({ names }) => `~${names.map((name) => `${name}:EPERM`).join(' ')}`)
}

function linesOf(values: readonly string[]): Assignment[] {
  return [service('SystemCallFilter', ''), ...values.map((value) => service('SystemCallFilter', value))]
}

/** The lines of a filter that allows these calls and no others, less what the unit denies itself. */
export function exactLines(facts: Facts, names: readonly string[], kept: readonly Exception[]): Assignment[] {
  return linesOf([names.join(' '), ...ownDenials(presentFilter(facts)), ...softly(kept)])
}

/**
 * Whether the last word of the unit's files lets in the whole base: what systemd does not print of it is no call that
 * its author denied, but one that this machine does not have. A denial of that would strike once an update brings it.
 */
function letsInAll(facts: Facts): boolean {
  const value = facts.unit.written.SystemCallFilter?.value ?? ''
  return !value.startsWith('~') && value.split(/\s+/).includes(BASE)
}

function withinPresent(facts: Facts, allowed: readonly string[], left: readonly string[]): string[] {
  const base = members(facts, BASE)
  const dropped = new Set(left.flatMap((group) => members(facts, group)))
  const extra = allowed.filter((name) => !base.includes(name) && !dropped.has(name))
  const missing = letsInAll(facts) ? [] : base.filter((name) => !allowed.includes(name) && !dropped.has(name))
  return [
    ...(extra.length > 0 ? [extra.join(' ')] : []),
    ...(missing.length > 0 ? [`~${missing.join(' ')}`] : []),
  ]
}

/** More calls for a filter, after a trial showed what was missing: a later line adds to an allow list. */
export function withSyscallExceptions(
  assignments: readonly Assignment[],
  names: readonly string[],
): Assignment[] {
  const before = new Set(
    assignments
      .filter(({ key, value }) => key === 'SystemCallFilter' && !value.startsWith('~'))
      .flatMap(({ value }) => value.split(' ')),
  )
  const denied = (name: string) =>
    assignments.some(
      ({ key, value }) =>
        key === 'SystemCallFilter' && value.startsWith('~') && value.slice(1).split(' ').includes(name),
    )
  const added = [...new Set(names)].filter(
    (name) => /^@?[a-z0-9_-]+$/.test(name) && (!before.has(name) || denied(name)),
  )
  return added.length === 0
    ? [...assignments]
    : [...assignments, service('SystemCallFilter', added.join(' '))]
}

/**
 * Makes the call fail with EPERM instead of killing its caller (systemd.exec(5), SystemCallFilter=). Unchanged if it
 * already does.
 */
export function withSyscallRefused(assignments: readonly Assignment[], name: string): Assignment[] {
  const line = service('SystemCallFilter', `~${name}:EPERM`)
  const there = assignments.some(({ key, value }) => key === line.key && value === line.value)
  return there ? [...assignments] : [...assignments, line]
}
