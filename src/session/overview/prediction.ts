import { type Assignment, STAGES } from '../../catalog/common/types.ts'
import type { Facts } from '../../observe/facts.ts'
import { mergeAssignments } from '../../systemd/settings/drop-in.ts'
import { applyAssignments, settingsFromShow } from '../../systemd/settings/settings.ts'
import { beginStage, chosenAssignments, predict, type StageWork } from '../stage/stage-work.ts'
import type { Prediction } from './row.ts'

/** The stages of a walk as they would be proposed, one on top of the other. */
export interface PredictedWalk {
  works: StageWork[]
  /** What they would write together. */
  assignments: Assignment[]
  prediction: Prediction
}

/**
 * What a walk would propose and keep by these facts, if each stage held. Nothing is tried: the walk itself follows the
 * service in a clone, which may show more needs or fewer. Pure.
 */
export function predictWalk(facts: Facts): PredictedWalk {
  const works: StageWork[] = []
  const curve: Prediction['curve'] = []
  let assignments: Assignment[] = []
  for (const stage of STAGES) {
    const work = takingProvable(beginStage(stage, withSettings(facts, assignments)))
    works.push(work)
    assignments = mergeAssignments(assignments, chosenAssignments(work))
    curve.push({ stage, exposure: predict(facts, assignments) })
  }
  const left = works.reduce((sum, { current, ticked }) => sum + current.size - ticked.size, 0)
  return { works, assignments, prediction: { exposure: predict(facts, assignments), curve, left } }
}

/** A walk ticks these rows itself once a clone has shown that they hold. */
function takingProvable(work: StageWork): StageWork {
  const provable = [...work.current].filter(([, { tickIfProven }]) => tickIfProven === true)
  return { ...work, ticked: new Set([...work.ticked, ...provable.map(([key]) => key)]) }
}

/** The facts with these settings shown, so that a later stage sees what an earlier one would have set. */
function withSettings(facts: Facts, assignments: readonly Assignment[]): Facts {
  if (assignments.length === 0) return facts
  const { properties } = facts.unit
  const after = applyAssignments(settingsFromShow(properties), assignments, facts.syscallGroups)
  const changed: Record<string, string[]> = Object.fromEntries(
    assignments.map(({ key }) => [key, [shownAs(after[key] ?? [])]]),
  )
  return { ...facts, unit: { ...facts.unit, properties: { ...properties, ...changed } } }
}

/** As `systemctl show` prints a list: blanks between, and "~" before a list that denies. */
function shownAs(values: readonly string[]): string {
  return values[0] === '~' ? `~${values.slice(1).join(' ')}` : values.join(' ')
}
