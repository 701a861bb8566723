import { enumerated } from '../../host/enumerated.ts'
import { machinesOf } from '../plan/here.ts'
import type { Machine, Plan } from '../plan/schema.ts'

/** One of the plans that are merged, under the name by which the merged one tells of it. */
export interface Source {
  name: string
  plan: Plan
}

/** Characters of a name, and of a text in a plan (schema.ts). */
const LONGEST_NAME = 100
const LONGEST_TEXT = 4096

/** "systemd 257" of "systemd 257 (257.9-1)". */
function release({ systemd }: Machine): string {
  return systemd.replace(/ \(.*$/, '')
}

/** Names that tell the plans apart: the host; where that is not enough, its systemd or the plan's place in the list. */
export function sourcesOf(plans: readonly Plan[]): Source[] {
  const short = plans.map((plan) =>
    enumerated(machinesOf(plan).map(({ host }) => host)).slice(0, LONGEST_NAME),
  )
  const long = plans.map((plan, at) => {
    const releases = enumerated(machinesOf(plan).map(release)).slice(0, LONGEST_NAME)
    return `${short[at]} (${releases})`
  })
  const isOnce = (names: readonly string[], name = '') => names.indexOf(name) === names.lastIndexOf(name)
  return plans.map((plan, at) => {
    const [host = '', full = ''] = [short[at], long[at]]
    if (host !== '' && isOnce(short, host)) return { name: host, plan }
    return { name: isOnce(long, full) ? full : `${full}, plan ${at + 1}`, plan }
  })
}

/** Each once, by what it holds. */
export function distinct<One>(all: readonly One[]): One[] {
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()]
}

/** A text that a plan can hold. */
export function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`
}

/** Process numbers are of one start on one host. */
export function withoutProcessNumbers(text: string): string {
  return text.replace(/ \(pid \d+(?:, uid \d+)?\)/g, '').replace(/ in pid \d+(?:, \d+)*/g, '')
}

/** A text, and the same behind the names of the plans that have it, unless all do. */
interface Told {
  text: string
  words: string
}

/** Each text of the plans once. Process numbers are left out. */
export function told(all: readonly { name: string; texts: readonly string[] }[]): Told[] {
  const tellers = new Map<string, Set<string>>()
  for (const { name, texts } of all)
    for (const text of texts.map(withoutProcessNumbers))
      tellers.set(text, (tellers.get(text) ?? new Set()).add(name))
  return [...tellers].map(([text, names]) => ({
    text,
    words: shortened(names.size === all.length ? text : `${enumerated([...names])}: ${text}`),
  }))
}

export function toldTexts(all: Parameters<typeof told>[0]): string[] {
  return told(all).map(({ words }) => words)
}
