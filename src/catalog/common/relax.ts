import { isBelowAny, throughRun } from '../../host/paths.ts'
import { barePath } from '../../systemd/settings/settings-values.ts'
import { tried, withEvidence } from './evidence.ts'
import { oneRung, valueText } from './ladder.ts'
import { unitPath } from './places.ts'
import { service } from './proposal.ts'
import type { Assignment, Directive, Proposed } from './types.ts'

/** Lists of several lines add up, so one more line widens (systemd.exec(5)). */
function withLine(assignments: readonly Assignment[], key: string, value: string): Assignment[] {
  const there = assignments.some((line) => line.key === key && ` ${line.value} `.includes(` ${value} `))
  return there ? [...assignments] : [...assignments, service(key, value)]
}

/** A blank after a backslash is part of the path. */
function pathsOf(value: string): string[] {
  return value.split(/(?<!\\) +/).map(barePath)
}

/** One more path for a list of them; unchanged where a listed one holds it already. */
function withPath(assignments: readonly Assignment[], key: string, escaped: string): Assignment[] {
  const listed = assignments.filter((line) => line.key === key).flatMap(({ value }) => pathsOf(value))
  return isBelowAny(escaped, listed.filter(Boolean))
    ? [...assignments]
    : [...assignments, service(key, `-${escaped}`)]
}

/** The path is writable too; "-" lets it be missing at the next start. Unchanged for a path no unit can hold. */
export function withReadWritePath(assignments: readonly Assignment[], path: string): Assignment[] {
  const escaped = unitPath(throughRun(path))
  return escaped === undefined ? [...assignments] : withPath(assignments, 'ReadWritePaths', escaped)
}

/** The path may be executed or mapped too. Unchanged for a path no unit can hold. */
export function withExecPath(assignments: readonly Assignment[], path: string): Assignment[] {
  const escaped = unitPath(path)
  return escaped === undefined ? [...assignments] : withPath(assignments, 'ExecPaths', escaped)
}

/** Makes the path optional: "-" in front of it in every list of paths (systemd.exec(5)). */
export function withOptionalPath(assignments: readonly Assignment[], path: string): Assignment[] {
  const escaped = unitPath(path)
  return assignments.map((line) => {
    if (!/^(ReadWrite|ReadOnly|Inaccessible|Exec|NoExec)Paths$/.test(line.key)) return line
    const paths = line.value.split(/(?<!\\) +/).map((one) => (one === escaped ? `-${one}` : one))
    return { ...line, value: paths.join(' ') }
  })
}

export function withAddressFamily(assignments: readonly Assignment[], family: string): Assignment[] {
  return withLine(assignments, 'RestrictAddressFamilies', family)
}

/**
 * Keeps the capability in the bounding set. That alone gives nothing to an account other than root, so lines that set
 * User= get it as ambient too (capabilities(7)).
 */
export function withCapability(assignments: readonly Assignment[], capability: string): Assignment[] {
  const name = capability.toUpperCase()
  const bounded = withLine(assignments, 'CapabilityBoundingSet', name)
  return assignments.some(({ key }) => key === 'User')
    ? withLine(bounded, 'AmbientCapabilities', name)
    : bounded
}

/** The next looser value of a directive's ladder, or undefined when there is none below. */
export function oneStepDown(directive: Directive, current: Proposed): Proposed | undefined {
  const next = oneRung(current, 'looser')
  const remedy = { kind: 'step-down', key: directive.key } as const
  const said = `${directive.key} was loosened one step because ${valueText(current)} broke the service.`
  return next && withEvidence(next, tried(said, { value: valueText(current), holds: false, remedy }))
}
