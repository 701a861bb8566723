import type { Facts } from '../../observe/facts.ts'
import { capabilityNotes } from '../capabilities/capability-bounding-set.ts'
import { namesIn } from '../capabilities/need.ts'
import { UMASK, umaskExamples } from '../filesystem/umask.ts'
import type { Stage } from './types.ts'
import { setting } from './unit-settings.ts'

function umaskNotes(facts: Facts): string[] {
  const now = setting(facts, 'UMask')
  const result = UMASK.propose(facts)
  const mask = result.kind === 'propose' ? result.assignments.at(-1)?.value : undefined
  return [
    ...(now ? [`Now ${umaskExamples(now)}.`] : []),
    ...(mask ? [`Proposed ${umaskExamples(mask)}.`] : []),
  ]
}

function noNewPrivilegesNotes(facts: Facts): string[] {
  return facts.executables
    .filter(({ fileCapabilities }) => namesIn(fileCapabilities).length > 0)
    .map(({ path, fileCapabilities }) => `NoNewPrivileges=yes would disable ${fileCapabilities} of ${path}.`)
}

const NO_SETUID =
  'The manager of a user enforces most of these in a user namespace or with NoNewPrivileges=: sudo, ping and other setuid programs then do nothing more than their caller may.'

/** Lines that a stage shows besides its rows. */
export function stageNotes(stage: Stage, facts: Facts): string[] {
  const ofUser = facts.ofUser !== undefined && ['filesystem', 'system'].includes(stage)
  return [...(ofUser ? [NO_SETUID] : []), ...ownNotes(stage, facts)]
}

function ownNotes(stage: Stage, facts: Facts): string[] {
  if (stage === 'capabilities') return capabilityNotes(facts)
  if (stage === 'user')
    return facts.logrotate.map(({ source, matches }) => `${source} rotates ${matches.length} of its logs.`)
  if (stage === 'filesystem') return umaskNotes(facts)
  if (stage === 'system') return noNewPrivilegesNotes(facts)
  return ['The kernel kills a process that makes a forbidden call, and logs the name of the call.']
}
