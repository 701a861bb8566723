import { withoutDigits } from '../../host/paths.ts'
import type { Reason } from './judge.ts'

/** A thing that a run leaves behind. */
export interface LeftThing {
  path: string
  /** As in find(1): f, d, l, s, p; "gone" for a deletion. */
  kind: string
  /** "uid:gid" */
  owner: string
  /** Octal. */
  mode: string
}

const MAX_TOLD = 3

/** One text a thing, each once, which is the same for the same thing of another run. */
export function marksOf(things: readonly LeftThing[]): string[] {
  const marks = things.map(({ path, kind, owner, mode }) => {
    const rights = kind === 'gone' || kind === 'l' ? '' : `${owner} ${mode}`
    return [kind, rights, withoutDigits(path)].join('\t')
  })
  return [...new Set(marks)].sort()
}

interface Mark {
  kind: string
  owner: string
  mode: string
  path: string
}

function read(mark: string): Mark {
  const [kind = '', rights = '', ...path] = mark.split('\t')
  const [owner = '', mode = ''] = rights.split(' ')
  return { kind, owner, mode, path: path.join('\t') }
}

function differenceOf(before: Mark, now: readonly Mark[], sameUser: boolean): string | undefined {
  const { path, kind, owner, mode } = before
  if (now.length === 0)
    return kind === 'gone' ? `it no longer removes ${path}` : `it no longer leaves ${path}`
  const alike = now.some(
    (mark) => mark.kind === kind && mark.mode === mode && (mark.owner === owner || !sameUser),
  )
  if (alike) return undefined
  const [found] = now as [Mark]
  if (kind === 'gone') return `it no longer removes ${path}`
  if (found.kind !== kind) return `${path} is another kind of file`
  if (found.mode !== mode) return `${path} has mode ${found.mode}, without the change ${mode}`
  return `${path} belongs to ${found.owner}, without the change to ${owner}`
}

/**
 * What a run no longer leaves behind as it did without the change, a reason each. What it leaves besides is no reason: a
 * setting may make a folder. `sameUser`: it ran as the same user, so that owners must be the same.
 */
export function notLeft(before: readonly string[], now: readonly string[], sameUser: boolean): Reason[] {
  const here = Map.groupBy(now.map(read), ({ path }) => path)
  const lost = before
    .map(read)
    .flatMap((mark) => differenceOf(mark, here.get(mark.path) ?? [], sameUser) ?? [])
  return lost.slice(0, MAX_TOLD).map((text) => ({ kind: 'left', text }))
}
