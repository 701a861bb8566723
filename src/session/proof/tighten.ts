import { tried } from '../../catalog/common/evidence.ts'
import { oneRung, valueText } from '../../catalog/common/ladder.ts'
import { applyRemedy, type Remedy } from '../../catalog/common/remedy.ts'
import { brokeWithout, heldWithout, squeezed } from '../../catalog/common/squeeze.ts'
import type { Proposed, Squeeze } from '../../catalog/common/types.ts'
import type { Climbed, StageWork } from '../stage/stage-work.ts'

const AT_THE_FOOT: Climbed = { stopped: false, nextSqueeze: 0 }

/** A tighter value of a row, with the memory and the sentence for its result. */
interface Tighter {
  proposed: Proposed
  /** `without` is the removed part, as in Evidence.of: evidence for it is dropped. */
  held: { climbed: Climbed; said: string; without?: string }
  broke: { climbed: Climbed; said: (reason: string) => string }
}

function rungAbove(now: Proposed, climbed: Climbed): Tighter | undefined {
  const proposed = climbed.stopped ? undefined : oneRung(now, 'tighter')
  if (proposed === undefined) return undefined
  const value = valueText(proposed)
  return {
    proposed,
    held: { climbed, said: `In a clone it also held as ${value}.` },
    broke: {
      climbed: { ...climbed, stopped: true },
      said: (reason) => `As ${value} it breaks: ${reason.replace(/\.+$/, '')}.`,
    },
  }
}

/** One part less; a squeeze that no longer applies is skipped. */
function partLess(now: Proposed, climbed: Climbed, canReload: boolean): Tighter | undefined {
  const squeezes = now.squeezes ?? []
  for (let index = climbed.nextSqueeze; index < squeezes.length; index += 1) {
    const squeeze = squeezes[index]
    const proposed = squeeze && squeezed(now, squeeze)
    if (squeeze === undefined || proposed === undefined || climbed.named?.has(squeeze.word)) continue
    // The rungs below a squeezed value are its earlier values; there is no rung above.
    const next = { ...climbed, stopped: true, nextSqueeze: index + 1 }
    return {
      proposed,
      held: { climbed: next, said: heldWithout(squeeze, canReload), without: squeeze.word },
      broke: { climbed: next, said: (reason) => brokeWithout(squeeze, reason) },
    }
  }
  return undefined
}

function tighter(work: StageWork, id: string): Tighter | undefined {
  const now = work.current.get(id)
  if (now === undefined) return undefined
  const climbed = work.climbed.get(id) ?? AT_THE_FOOT
  return rungAbove(now, climbed) ?? partLess(now, climbed, work.facts.unit.canReload)
}

/** The next tighter value of a row, to be tried; undefined when it is as tight as it gets. */
export function nextTighter(work: StageWork, id: string): Proposed | undefined {
  return tighter(work, id)?.proposed
}

/** Each ticked row as tight as it gets, as if all tighter values held; the same work if there is none. */
export function tightest(work: StageWork): StageWork {
  let next = work
  for (const id of work.ticked) {
    while (nextTighter(next, id) !== undefined) next = climb(next, id)
  }
  return next
}

/** All tighter values at once broke: the parts that the break names stay in. The same work if it names none. */
export function leaveNamed(work: StageWork, remedies: readonly Remedy[], reason: string): StageWork {
  const all = tightest(work)
  const climbed = new Map(work.climbed)
  for (const id of work.ticked) {
    const [tight, before] = [all.current.get(id), work.climbed.get(id) ?? AT_THE_FOOT]
    if (tight === undefined || before.oneByOne) continue
    const parts = (work.current.get(id)?.squeezes ?? []).filter((one) => givesBack(remedies, tight, one))
    const named = new Map([...(before.named ?? []), ...parts.map(({ word }) => [word, reason] as const)])
    if (parts.length > 0) climbed.set(id, { ...before, named })
  }
  const isSame = [...climbed].every(([id, one]) => work.climbed.get(id) === one)
  return isSame ? work : { ...work, climbed }
}

function givesBack(remedies: readonly Remedy[], tight: Proposed, squeeze: Squeeze): boolean {
  if (squeezed(tight, squeeze) !== undefined) return false
  return remedies.some((remedy) => {
    const assignments = applyRemedy(tight.assignments, remedy)
    return assignments !== undefined && squeezed({ ...tight, assignments }, squeeze) !== undefined
  })
}

/**
 * All tighter values hold but for the parts that were left in. A single one is needed, since without it they broke; of
 * several each has to be tried by itself.
 */
export function settleNamed(held: StageWork): StageWork {
  const left = [...held.ticked].flatMap((id) =>
    [...(held.climbed.get(id)?.named ?? [])].map(([word, reason]) => ({ id, word, reason })),
  )
  const [first, second] = left
  if (first === undefined) return held
  if (second === undefined) return withReason(held, first)
  const oneByOne: Climbed = { stopped: true, nextSqueeze: 0, oneByOne: true }
  return { ...held, climbed: new Map([...held.climbed, ...left.map(({ id }) => [id, oneByOne] as const)]) }
}

function withReason(
  work: StageWork,
  { id, word, reason }: Record<'id' | 'word' | 'reason', string>,
): StageWork {
  const now = work.current.get(id) as Proposed
  const part = now.squeezes?.find((squeeze) => squeeze.word === word) as Squeeze
  const trial = { value: valueText(squeezed(now, part) ?? now), holds: false, reason }
  const evidence = [...now.evidence, tried(brokeWithout(part, reason), trial)]
  return { ...work, current: new Map([...work.current, [id, { ...now, evidence }]]) }
}

/** The row after its next tighter value was tried: `broke` says how it broke, undefined that it held. */
export function climb(work: StageWork, id: string, broke?: string): StageWork {
  const [now, next] = [work.current.get(id), tighter(work, id)]
  if (now === undefined || next === undefined) return work
  const { climbed } = broke === undefined ? next.held : next.broke
  const said = broke === undefined ? next.held.said : next.broke.said(broke)
  const becomes = broke === undefined ? next.proposed : now
  const gone = broke === undefined ? next.held.without : undefined
  const reason = broke === undefined ? {} : { reason: broke }
  const trial = { value: valueText(next.proposed), holds: broke === undefined, ...reason }
  const evidence = now.evidence.filter((one) => one.kind !== 'seen' || gone === undefined || one.of !== gone)
  return {
    ...work,
    current: new Map([...work.current, [id, { ...becomes, evidence: [...evidence, tried(said, trial)] }]]),
    climbed: new Map([...work.climbed, [id, climbed]]),
  }
}
