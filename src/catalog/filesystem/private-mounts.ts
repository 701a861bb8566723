import type { Facts } from '../../observe/facts.ts'
import { MOUNTING } from '../../systemd/exposure/exposure.ts'
import { inForce, unfit } from '../common/proposal.ts'
import { mainProcess } from '../common/roles.ts'
import type { Directive, NotProposed } from '../common/types.ts'
import { isOn, setting } from '../common/unit-settings.ts'
import { YES_NO } from '../common/values.ts'

/** A unit that was edited since its start says more than its process has. */
function hasOwnMounts(facts: Facts): boolean {
  return mainProcess(facts)?.ownNamespaces.includes('mnt') === true
}

function propose(facts: Facts): NotProposed {
  if (isOn(facts, 'PrivateMounts')) return inForce('The unit already has this setting.', 'yes')
  const by = MOUNTING.find((key) => !['', 'no', undefined].includes(setting(facts, key)))
  return by !== undefined && hasOwnMounts(facts)
    ? inForce(`It is in force by implication: ${by}=${setting(facts, by)}.`, 'yes')
    : unfit('Any other row of this stage brings it along.')
}

export const PRIVATE_MOUNTS: Directive = {
  key: 'PrivateMounts',
  takes: YES_NO,
  stage: 'filesystem',
  since: 239,
  mountNamespace: true,
  shownWhenInForce: true,
  what: 'Gives the service a table of mounts of its own, so that nobody outside sees what it mounts.',
  breaks: 'A service that mounts something for others no longer does.',
  wins: 'An intruder cannot put a file system over a folder of the host.',
  propose,
}
