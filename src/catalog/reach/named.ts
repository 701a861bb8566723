import { isBelow } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import { keepsRoot, mayBecome } from '../../observe/proc/rights.ts'
import type { HelperProgram, NamedThing } from '../../observe/reach-facts.ts'
import { few } from '../common/proposal.ts'
import { userName } from '../common/roles.ts'
import { setting } from '../common/unit-settings.ts'

/** Whether a process of it has root's rights, or may become somebody else. */
export function hasRights(facts: Facts): boolean {
  return facts.processes.some(mayBecome)
}

/** Whether no process of it has given up root. */
export function isAllRoot(facts: Facts): boolean {
  return facts.processes.length > 0 && facts.processes.every(keepsRoot)
}

export function namedThings(facts: Facts, kind: NamedThing['kind']): NamedThing[] {
  if (facts.given?.level === 'tight') return []
  return (facts.reach?.named ?? []).filter((thing) => thing.kind === kind)
}

/** Homes, and "/" where root is told of it: for an account it is more often the path of a page. */
export function homesNamed(facts: Facts): NamedThing[] {
  return [...namedThings(facts, 'home'), ...everythingNamed(facts)]
}

export function everythingNamed(facts: Facts): NamedThing[] {
  return isAllRoot(facts) ? namedThings(facts, 'everything') : []
}

/** Folders and files of data that it was told to use. */
export function placesNamed(facts: Facts): NamedThing[] {
  const things = [...namedThings(facts, 'folder'), ...namedThings(facts, 'file')]
  return things.filter(({ workplace }) => workplace !== true)
}

/** Accounts that its configuration names, less those as which it was seen to run. */
export function foreignAccounts(facts: Facts): NamedThing[] {
  if (!hasRights(facts)) return []
  const own = new Set(facts.processes.flatMap(({ uid }) => userName(facts, uid.effective) ?? []))
  return namedThings(facts, 'account').filter(({ name }) => !own.has(name) && name !== setting(facts, 'User'))
}

/** What the first file that names any of them names. */
function inOneFile(things: readonly NamedThing[]): NamedThing[] {
  return things.filter(({ where }) => where === things[0]?.where)
}

/** "/etc/x.conf names alice, bob", the beginning of a sentence. */
export function namedText(things: readonly NamedThing[]): string {
  const names = inOneFile(things).map(({ name }) => name)
  const where = things[0]?.where ?? 'its configuration'
  const verb = names[0] !== undefined && isBelow(names[0], where) && names[0] !== where ? 'has' : 'names'
  return `${where.replace(/^[a-z]/, (letter) => letter.toUpperCase())} ${verb} ${few(names, 3)}`
}

/** "/etc/x.conf names alice, bob, which were not seen" */
export function unseenText(things: readonly NamedThing[]): string {
  return `${namedText(things)}, which ${inOneFile(things).length > 1 ? 'were' : 'was'} not seen`
}

/** Programs that its configuration names and that were not seen to run. */
export function programsNamed(facts: Facts): NamedThing[] {
  const run = programsSeen(facts)
  return namedThings(facts, 'program').filter(({ name }) => !run.has(name))
}

/** Programs that those of the service name in their texts, and that were not seen to run. */
export function helpersNamed(facts: Facts): HelperProgram[] {
  if (facts.given?.level === 'tight') return []
  const run = programsSeen(facts)
  return (facts.reach?.helpers ?? []).filter(({ path }) => !run.has(path))
}

export function programsSeen({ learned }: Facts): Set<string> {
  return new Set((learned?.executed ?? []).map(({ path }) => path))
}
