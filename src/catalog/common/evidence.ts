import type { Evidence, Proposed, TriedValue } from './types.ts'

/** `of`: the part of the value that it supports, as in Squeeze.word. */
export function seen(text: string, of?: string): Evidence {
  return { kind: 'seen', text, ...(of === undefined ? {} : { of }) }
}

export function tried(text: string, trial: TriedValue): Evidence {
  return { kind: 'tried', text, trial }
}

export function withEvidence(proposed: Proposed, ...more: readonly Evidence[]): Proposed {
  return { ...proposed, evidence: [...proposed.evidence, ...more] }
}

export function askedFor(text: string): Evidence {
  return { kind: 'asked', text }
}
