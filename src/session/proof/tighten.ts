import { tried } from '../../catalog/common/evidence.ts'
import { oneRung, valueText } from '../../catalog/common/ladder.ts'
import { brokeWithout, heldWithout, squeezed } from '../../catalog/common/squeeze.ts'
import type { Proposed } from '../../catalog/common/types.ts'
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
    if (squeeze === undefined || proposed === undefined) continue
    // The rungs below a squeezed value are its earlier values; there is no rung above.
    const next = { stopped: true, nextSqueeze: index + 1 }
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
