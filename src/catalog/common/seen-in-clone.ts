import type { Facts } from '../../observe/facts.ts'
import {
  type LearnedAct,
  type LearnedFile,
  type Sighting,
  sightingsText,
} from '../../observe/trace/learned.ts'
import { isLive } from '../../observe/trace/logged-calls.ts'

function by(sightings: readonly Sighting[]): string {
  return sightings.length === 0 ? '' : ` (${sightingsText(sightings)})`
}

/** "In a clone it", or just "It" for something that only the live service did; the sightings tell when. */
export function whereIt(sightings: readonly Sighting[]): string {
  const live = sightings.some(isLive)
  const cloned = sightings.length === 0 || !sightings.every(isLive)
  return live ? (cloned ? 'In a clone and live it' : 'It') : 'In a clone it'
}

/** Acts of one kind that were seen for certain while the service was followed through its life. */
export function actsSeen({ learned }: Facts, kind: LearnedAct['kind']): LearnedAct[] {
  return (learned?.acts ?? []).filter((act) => act.kind === kind && act.sure)
}

/** "In a clone it called personality (setarch, at start)." */
export function actText({ call, sightings }: LearnedAct): string {
  // Mappings of the live service tell what it has, not by which call it came.
  const did = call === '' ? 'had memory that is writable and executable' : `called ${call}`
  return `${whereIt(sightings)} ${did}${by(sightings)}.`
}

export function actSeen(facts: Facts, kind: LearnedAct['kind']): string | undefined {
  const [act] = actsSeen(facts, kind)
  return act && actText(act)
}

export function changedText({ path, sightings }: LearnedFile): string {
  return `${whereIt(sightings)} changed ${path}${by(sightings)}.`
}

/**
 * "In a clone it read /dev/kmsg (rsyslogd, at start).": the first such file, of those that settings may hide: homes,
 * devices, /proc and /sys.
 */
export function readSeen({ learned }: Facts, path: RegExp): string | undefined {
  const file = learned?.noted.find((one) => path.test(one.path))
  return file && `In a clone it read ${file.path}${by(file.sightings)}.`
}

export function changeSeen({ learned }: Facts, path: RegExp): string | undefined {
  const file = learned?.changed.find((one) => path.test(one.path))
  return file && changedText(file)
}
