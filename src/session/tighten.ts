import type { Proposed } from '../catalog/types.ts'
import type { Climbed, StageWork } from './stage-work.ts'

const AT_THE_FOOT: Climbed = { stopped: false, squeeze: 0 }

/** A value of a row that is tighter than the one it has, and what is remembered when it was tried. */
interface Tighter {
  proposed: Proposed
  label: string
  climbed: { held: Climbed; broke: Climbed }
}

function rungAbove(now: Proposed, climbed: Climbed): Tighter | undefined {
  const ladder = now.ladder ?? []
  const rung = climbed.stopped ? undefined : ladder[ladder.findIndex(({ value }) => value === now.value) - 1]
  if (rung === undefined) return undefined
  return {
    proposed: { ...now, ...rung },
    label: rung.value,
    climbed: { held: climbed, broke: { ...climbed, stopped: true } },
  }
}

function tighter(work: StageWork, id: string): Tighter | undefined {
  const now = work.current.get(id)
  if (now === undefined) return undefined
  return rungAbove(now, work.climbed.get(id) ?? AT_THE_FOOT)
}

/** The next tighter value of a row, to be tried; undefined when it is as tight as it gets. */
export function nextTighter(work: StageWork, id: string): Proposed | undefined {
  return tighter(work, id)?.proposed
}

/** The row after its next tighter value was tried: `broke` says how it broke, undefined that it held. */
export function climb(work: StageWork, id: string, broke?: string): StageWork {
  const [now, next] = [work.current.get(id), tighter(work, id)]
  if (now === undefined || next === undefined) return work
  const said =
    broke === undefined
      ? `In a clone it also held as ${next.label}.`
      : `As ${next.label} it breaks: ${broke}.`
  const becomes = broke === undefined ? next.proposed : now
  return {
    ...work,
    current: new Map([...work.current, [id, { ...becomes, evidence: [...now.evidence, said] }]]),
    climbed: new Map([...work.climbed, [id, broke === undefined ? next.climbed.held : next.climbed.broke]]),
  }
}
