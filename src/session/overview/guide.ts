import { valueText } from '../../catalog/common/ladder.ts'
import type { Proposed } from '../../catalog/common/types.ts'
import type { StageProposal } from '../../catalog/index.ts'
import type { Facts } from '../../observe/facts.ts'
import type { Exposure, JudgedCheck } from '../../systemd/exposure/exposure.ts'
import { EXPOSURE_CHECKS, type ExposureCheck } from '../../systemd/exposure/exposure-checks.ts'
import type { SaidCheck } from '../../systemd/exposure/security.ts'
import { predictedExposure } from '../stage/stage-work.ts'
import { type Accepted, acceptedFor } from './accepted.ts'
import type { PredictedWalk } from './prediction.ts'

/**
 * What hardenctl would do about a check. set: a walk would propose a value that satisfies it; less: one that satisfies it
 * in part, or not; ask: it is left to the person; leave: it would change nothing.
 */
export const GUIDE_ACTIONS = ['set', 'less', 'ask', 'leave', 'passed'] as const
type GuideAction = (typeof GUIDE_ACTIONS)[number]

/** One check: what systemd-analyze says, and beside it what hardenctl would do about it, and why or why not. */
export interface GuideRow extends SaidCheck {
  /** Its share of the exposure ×10. */
  exposure: number
  action: GuideAction
  /** "PrivateDevices=yes"; absent where nothing would be written. */
  line?: string
  why: string
  accepted?: Pick<Accepted, 'reason' | 'until'>
}

/** Why nobody can tell what a walk would come to, as a sentence. */
export interface Unpredicted {
  why: string
}

/** Checks that no directive of hardenctl changes, and why. */
const NOT_OFFERED: Readonly<Record<string, string>> = {
  RootDirectoryOrRootImage:
    'A root of its own would need a copy of every file that the service uses, kept up to date with the packages.',
  SupplementaryGroups:
    'Its groups are given by the administrator; a walk keeps them, since files may be shared by them.',
  PrivateMounts: 'Any setting of the filesystem stage gives the service mounts of its own.',
  PrivateNetwork: 'hardenctl does not cut a service off the network, since nobody sees who will ask it.',
  AmbientCapabilities: 'Written with User= only, for what the service must do without being root.',
}

/** Directives that answer a check under another name. */
const ANSWERED_BY: Readonly<Record<string, string>> = {
  UserOrDynamicUser: 'User',
  DeviceAllow: 'DevicePolicy',
}

function directiveOf({ id, jsonField }: ExposureCheck): string {
  return ANSWERED_BY[jsonField] ?? id.split('=')[0] ?? ''
}

/** The rows of the guide, in systemd-analyze's order, for a walk or for what stands in its way. Pure. */
export function guideRows(
  said: readonly SaidCheck[],
  facts: Facts,
  walk: PredictedWalk | Unpredicted,
  accepted: readonly Accepted[],
): GuideRow[] {
  const before = predictedExposure(facts, [])
  const after = 'why' in walk ? before : predictedExposure(facts, walk.assignments)
  return said.map((check) => {
    const field = check.jsonField
    const own = field === undefined ? undefined : acceptedFor(accepted, facts.unit.id, field)
    return {
      ...check,
      exposure: judgedOf(before, field)?.exposure ?? 0,
      ...answerTo(check, judgedOf(before, field), judgedOf(after, field), walk),
      ...(own === undefined ? {} : { accepted: { reason: own.reason, until: own.until } }),
    }
  })
}

function judgedOf({ checks }: Exposure, field: string | undefined): JudgedCheck | undefined {
  return checks.find(({ jsonField }) => jsonField === field)
}

type Answer = Pick<GuideRow, 'action' | 'why'> & { line?: string }

function answerTo(
  { passed, jsonField }: SaidCheck,
  before: JudgedCheck | undefined,
  after: JudgedCheck | undefined,
  walk: PredictedWalk | Unpredicted,
): Answer {
  const check = EXPOSURE_CHECKS.find((one) => one.jsonField === jsonField)
  if (check === undefined) return { action: 'leave', why: 'hardenctl does not know this check.' }
  if (passed === true) return { action: 'passed', why: '' }
  if (passed === undefined || before?.badness === undefined)
    return { action: 'leave', why: 'It does not apply to this service.' }
  if ('why' in walk) return { action: 'leave', why: walk.why }
  const { works } = walk
  const key = directiveOf(check)
  const work = works.find(({ proposals }) => proposals.some(({ directive }) => directive.key === key))
  const proposal = work?.proposals.find(({ directive }) => directive.key === key)
  const gained = before.badness - (after?.badness ?? 0)
  if (work === undefined || proposal === undefined)
    return gained > 0
      ? { action: 'set', why: NOT_OFFERED[check.jsonField] ?? 'Other settings of the walk bring it along.' }
      : { action: 'leave', why: NOT_OFFERED[check.jsonField] ?? 'hardenctl has no proposal for it.' }
  return proposedAnswer(check, proposal, work.ticked.has(key), work.current.get(key), {
    gained,
    left: after?.badness ?? 0,
  })
}

function proposedAnswer(
  check: ExposureCheck,
  { directive, result }: StageProposal,
  isTaken: boolean,
  proposed: Proposed | undefined,
  { gained, left }: { gained: number; left: number },
): Answer {
  if (result.kind !== 'propose' || proposed === undefined)
    return gained > 0
      ? { action: 'set', why: 'Other settings of the walk bring it along.' }
      : { action: 'leave', why: 'why' in result ? result.why : '' }
  const line = lineOf(check, directive.key, proposed)
  if (!isTaken) return { action: 'ask', line, why: proposed.caution ?? 'It is left to the person.' }
  const first = proposed.evidence[0]?.text ?? directive.wins
  const needs = needsOf(check, proposed)
  if (left === 0) return { action: 'set', line, why: setWhy(check, needs) ?? first }
  const kept =
    check.judge.by === 'families'
      ? 'It was seen to use this kind, or needs it for look-ups and the log.'
      : first
  return { action: 'less', line, why: needs || kept }
}

/** The bounding set is long, so that only the part that a check is about is said. */
function lineOf({ judge }: ExposureCheck, key: string, proposed: Proposed): string {
  if (judge.by !== 'capabilities') return `${key}=${valueText(proposed)}`
  return `${key}= without ${judge.names.toUpperCase()}`
}

/** Evidence of a need for what a check asks to be taken away. */
function needsOf({ judge }: ExposureCheck, { evidence }: Proposed): string {
  const names =
    judge.by === 'capabilities'
      ? judge.names.toUpperCase().split(' ')
      : judge.by === 'syscalls'
        ? [judge.group]
        : []
  const needs = evidence.filter(
    (one) => one.kind === 'seen' && one.of !== undefined && names.includes(one.of),
  )
  return needs.map(({ text }) => text).join(' ')
}

/** Why a part of a list can go; undefined where the evidence of the whole value tells. */
function setWhy({ judge }: ExposureCheck, needs: string): string | undefined {
  if (judge.by === 'families') return 'It holds no socket of this kind.'
  if (judge.by !== 'capabilities') return undefined
  if (needs === '') return 'Nothing was seen that needs it.'
  return `An account of its own makes it needless. As root: ${needs}`
}
