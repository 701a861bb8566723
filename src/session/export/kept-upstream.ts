import { STAGES, type Stage } from '../../catalog/common/types.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { ageWords, type ProofAge } from '../overview/proof-age.ts'
import { parsePlan } from '../plan/parse-plan.ts'
import type { KeptStage } from '../store/store.ts'
import type { Section } from './blocks.ts'
import { type KeptHere, keptPlan } from './kept-plan.ts'
import { nameless, type Origin, upstreamSection } from './upstream.ts'

/** What is kept of a unit, and what of it a maintainer has to know. */
export interface KeptForUpstream extends KeptHere {
  age: ProofAge
  /** Path of the unit file. */
  fragment: string
  /** Drop-ins beside hardenctl's own. */
  dropIns: readonly string[]
}

function switchesAccount({ assignments }: KeptStage): boolean {
  return assignments.some(({ key }) => key === 'User')
}

/** Stages of which something was proven since the account was switched: with it, or after. */
function stagesSinceAccount(kept: readonly KeptStage[]): ReadonlySet<Stage> {
  const [since] = kept
    .filter(switchesAccount)
    .map(({ first, at }) => first ?? at)
    .toSorted()
  if (since === undefined) return new Set()
  const later = kept.filter(({ at }) => at >= since)
  return new Set(later.flatMap(({ stage }) => (stage === 'all' ? STAGES : [stage])))
}

/** Where packages put their units: systemd.unit(5). */
const OF_PACKAGES = /^(?:\/usr)?\/lib\/systemd\/system\//

function notesOf({ age, fragment, dropIns }: KeptForUpstream): string[] {
  const count = dropIns.length === 1 ? 'One drop-in' : `${dropIns.length} drop-ins`
  return [
    'What was seen of the service is not stored with what is kept, so each directive tells when it was kept and how it was proven.',
    ageWords(age),
    ...(OF_PACKAGES.test(fragment)
      ? []
      : ['The unit file of that machine is not where packages put one, so it may be of that machine alone.']),
    ...(dropIns.length === 0
      ? []
      : [`${count} of that machine changed the unit too: the settings were proven together with that.`]),
  ]
}

function originOf(kept: KeptForUpstream): Origin {
  const name = shortName(kept.stored.unit)
  return {
    proven:
      'These settings for the unit file are kept by hardenctl on one machine: a clone of it held them first, and then the live service restarted with their whole stage in force and answered as before. What was not played there is not proven.',
    otherAccount: stagesSinceAccount(kept.stored.kept),
    withoutAccount: `What is kept switches to another account, and what was proven with that says nothing of the unit as it is. For more, hardenctl undo ${name} takes it back, and hardenctl plan ${name} --skip User -o ${name}.json proves the unit as it is, with the evidence for each directive.`,
    hasGains: false,
    notes: notesOf(kept),
  }
}

/** What a maintainer could take of what is kept of a unit on this host, as a report. Pure. */
export function keptUpstream(kept: KeptForUpstream): Section {
  const plan = nameless(parsePlan(JSON.stringify(keptPlan(kept))), 0)
  return upstreamSection(plan, [plan], originOf(kept))
}
