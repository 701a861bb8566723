/** A point of the curve; exposure from 0 to 10. */
export interface CurvePoint {
  name: string
  exposure: number
}

/** A part of a report, in no form yet. Others wrote its texts: each form makes them harmless. */
export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'facts'; facts: readonly (readonly [name: string, value: string])[] }
  | { kind: 'list'; items: readonly string[] }
  | { kind: 'code'; text: string }
  | { kind: 'curve'; points: readonly CurvePoint[] }
  | Section

export interface Section {
  kind: 'section'
  title: string
  blocks: readonly Block[]
}

export function section(title: string, ...blocks: readonly Block[]): Section {
  return { kind: 'section', title, blocks }
}

export function list(...items: readonly string[]): Block {
  return { kind: 'list', items }
}

export function text(words: string): Block {
  return { kind: 'text', text: words }
}

/** A section of a list; none where there is nothing to list. */
export function listed(title: string, items: readonly string[]): Section[] {
  return items.length === 0 ? [] : [section(title, list(...items))]
}
