import type { Assignment, NotProposed, Proposed } from '../../../src/catalog/common/types.ts'
import { CATALOG, proposalsFor } from '../../../src/catalog/index.ts'
import type { Facts } from '../../../src/observe/facts.ts'

/** What the catalog says of one directive. */
export function row(key: string, facts: Facts): Proposed | NotProposed {
  const directive = CATALOG.find((one) => one.key === key)
  const found = directive && proposalsFor(directive.stage, facts).find((one) => one.directive.key === key)
  if (!found) throw new Error(`${key} has no row`)
  return found.result
}

export function proposal(key: string, facts: Facts): Proposed {
  const result = row(key, facts)
  if (result.kind !== 'propose') throw new Error(`${key}: ${result.kind}, ${result.why}`)
  return result
}

export function text(assignments: readonly Assignment[]): string[] {
  return assignments.map(({ key, value }) => `${key}=${value}`)
}

/** What a proposal tells the person that speaks for it. */
export function told(proposed: Proposed | undefined): string[] {
  return (proposed?.evidence ?? []).map((one) => one.text)
}

export function lines(key: string, facts: Facts): string[] {
  return text(proposal(key, facts).assignments)
}
