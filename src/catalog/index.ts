import type { Facts } from '../observe/facts.ts'
import { isOwnDropIn } from '../systemd/settings/drop-in.ts'
import { CAPABILITIES } from './capabilities/capability-bounding-set.ts'
import { type Asked, asAsked, NOTHING_ASKED } from './common/asked.ts'
import { seen } from './common/evidence.ts'
import { valueText } from './common/ladder.ts'
import { mountsForOthers, slowedByMounts } from './common/mounting.ts'
import { leftOffOnPurpose } from './common/on-purpose.ts'
import { inForce, unfit } from './common/proposal.ts'
import { opensSessions, sessionOpener } from './common/roles.ts'
import type { Directive, NotProposed, Proposed, Stage } from './common/types.ts'
import { isOn, setting } from './common/unit-settings.ts'
import { needsRoot } from './common/user-manager.ts'
import { FILESYSTEM } from './filesystem/filesystem.ts'
import { notReached } from './reach/reached.ts'
import { type Possibility, USE_WORDS } from './reach/uses.ts'
import { SYSCALLS } from './syscalls/syscalls.ts'
import { SYSTEM } from './system/system.ts'
import { USER } from './user/user.ts'

export { capabilityNotes } from './capabilities/capability-bounding-set.ts'
export { stageNotes } from './common/notes.ts'
export { umaskExamples } from './filesystem/umask.ts'

/** Everything that can be hardened. A screen lists the rows of a stage in the order of the stage's own list. */
export const CATALOG: Directive[] = [...CAPABILITIES, ...USER, ...FILESYSTEM, ...SYSTEM, ...SYSCALLS]

export function directivesOf(stage: Stage): Directive[] {
  return CATALOG.filter((directive) => directive.stage === stage)
}

export interface StageProposal {
  directive: Directive
  result: Proposed | NotProposed
}

/** The rows of a stage for these facts, as the person asked for them. A setting that this systemd does not know is 'unknown'. */
export function proposalsFor(stage: Stage, facts: Facts, asked: Asked = NOTHING_ASKED): StageProposal[] {
  return directivesOf(stage)
    .map((directive) => ({ directive, result: asAsked(directive, resultOf(directive, facts), asked, facts) }))
    .filter(({ directive, result }) => isShownRow(directive, result, asked))
}

function isShownRow(
  { key, shownWhenDue, shownWhenInForce }: Directive,
  { kind }: Proposed | NotProposed,
  asked: Asked,
): boolean {
  if (kind === 'propose' || asked.set.some((one) => one.key === key)) return true
  return !shownWhenDue && (kind === 'in-force' || !shownWhenInForce)
}

function resultOf(directive: Directive, facts: Facts): Proposed | NotProposed {
  if (facts.systemd < directive.since) {
    return {
      kind: 'unknown',
      why: `systemd ${facts.systemd} does not know it: systemd ${directive.since} introduced it.`,
    }
  }
  const ofRoot = needsRoot(facts, directive)
  if (ofRoot !== undefined) return unfit(ofRoot)
  const mounting = directive.mountNamespace ? mountsForOthers(facts) : undefined
  const result = mounting === undefined ? directive.propose(facts) : unfit(mounting)
  if (result.kind === 'propose' && isShown(directive, result, facts)) {
    return inForce('The unit already has this setting.', valueText(result))
  }
  if (result.kind === 'in-force' && isOwnLine(facts, directive.key))
    return { ...result, why: 'hardenctl has kept it so.' }
  if (result.kind === 'in-force' && isImplied(directive, facts))
    return { ...result, why: `It is in force by implication: ${directive.impliedBy}=yes.` }
  if (result.kind !== 'propose') return result
  const purpose = leftOffOnPurpose(facts, directive.key)
  const effect = directive.inEffect?.(facts)
  if (effect !== undefined && purpose === undefined)
    return { ...result, evidence: [seen(effect), ...result.evidence] }
  const open = purpose === undefined ? result : leftToThePerson(result, purpose)
  const slowed = directive.mountNamespace ? slowedByMounts(facts) : undefined
  const quick = slowed === undefined ? open : leftToThePerson(open, slowed)
  const handed = HANDED_ON.has(directive.stage) ? asHandedOn(quick, facts) : quick
  return asReached(directive, asSeen(handed, facts), facts)
}

/** What no clone could see break is not narrowed further by clones. */
function asSeen({ squeezes, ...result }: Proposed, { given }: Facts): Proposed {
  return squeezes === undefined || given?.asked === false ? result : { ...result, squeezes }
}

/** Whether the last word on a setting is a drop-in of hardenctl's own, and not the unit's. */
function isOwnLine(facts: Facts, key: string): boolean {
  return isOwnDropIn((facts.unit.written[key]?.place ?? '').replace(/:\d+$/, ''))
}

/** Whether another setting of the unit is why this one is in force: no file says it itself. */
function isImplied({ key, impliedBy }: Directive, facts: Facts): boolean {
  return impliedBy !== undefined && facts.unit.written[key] === undefined && isOn(facts, impliedBy)
}

/** What would show whether a use is needed: the numbers of a monitor and the work of a oneshot, one exercise alone. */
function whatShows({ from }: Possibility): string {
  if (from === 'monitor') return 'An exercise that prints what it is told would show it.'
  return from === 'work'
    ? 'An exercise of that would show it.'
    : 'An exercise or live learning would show it.'
}

/** What would be denied unseen is left to the person, with what would show it. */
export function asReached(directive: Directive, result: Proposed, facts: Facts): Proposed {
  const missed = notReached(facts, directive, result)
  if (missed === undefined) return result
  const why = `Not reached: it may come to ${USE_WORDS[missed.use]}, which this may break. ${missed.why} ${whatShows(missed)}`
  return { ...leftToThePerson(result, why), notReached: missed.why }
}

/** The same row, unticked: neither an unattended walk nor a proof in a clone ticks it. */
export function leftToThePerson({ tickIfProven: _, ...result }: Proposed, why: string): Proposed {
  const caution = result.caution === undefined ? why : `${result.caution} ${why}`
  return { ...result, recommended: false, caution }
}

/** Stages whose settings all child processes inherit. The other stages handle sessions themselves. */
const HANDED_ON: ReadonlySet<Stage> = new Set(['filesystem', 'system'])

/**
 * A shell that cannot write, or starts only the programs seen, passes every check and is useless to a person. Nobody
 * can see what sessions and jobs do, so nothing that reaches them is recommended.
 */
function asHandedOn(result: Proposed, facts: Facts): Proposed {
  const opener = sessionOpener(facts)
  if (opener === undefined) return result
  const why = `${opensSessions(facts)}, and each inherits this setting: hardenctl cannot see what people or jobs do there.`
  return leftToThePerson(result, why)
}

/** Whether `systemctl show` prints the very value that would be written, for settings of one line. */
function isShown({ key }: Directive, { assignments }: Proposed, facts: Facts): boolean {
  const [line, ...more] = assignments
  return line?.key === key && more.length === 0 && setting(facts, key) === line.value
}
