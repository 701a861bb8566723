import { isBelow } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import { setting } from '../common/unit-settings.ts'
import { foreignAccounts, hasRights, placesNamed, programsNamed, unseenText } from './named.ts'
import { OF_ROOT, type Possibility, USES } from './uses.ts'

export function isOneshot(facts: Facts): boolean {
  return setting(facts, 'Type') === 'oneshot'
}

/** A sentence for work that its configuration names and that no exercise gave it; undefined if none was left out. */
function workLeftOut(facts: Facts): string | undefined {
  const changed = (facts.learned?.changed ?? []).map(({ path }) => path)
  const places = placesNamed(facts).filter(({ name }) => !changed.some((path) => isBelow(path, name)))
  const things = [...foreignAccounts(facts), ...programsNamed(facts), ...places]
  if (things.length === 0) return undefined
  return `${unseenText(things)} in use: it has other work than the exercise gave it.`
}

/** A oneshot is judged by its runs in clones, which had the work of now alone: at another time it may do anything. */
export function byOtherTimes(facts: Facts): Possibility[] {
  const { given } = facts
  if (given === undefined || !isOneshot(facts)) return []
  const rights = hasRights(facts)
  const anything = (from: Possibility['from'], why: string): Possibility[] =>
    USES.filter((use) => rights || !OF_ROOT.has(use)).map((use) => ({ use, from, why }))
  if (given.exercised) {
    const left = workLeftOut(facts)
    return left === undefined ? [] : anything('work', left)
  }
  if (given.asked) return []
  return anything(
    'unasked',
    'It runs at times of its own, and may have other work then than it had in the clones.',
  )
}
