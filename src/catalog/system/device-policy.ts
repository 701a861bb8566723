import type { Facts } from '../../observe/facts.ts'
import { isHarmlessDevice } from '../../observe/files/devices.ts'
import { inForce, proposed, service, unique } from '../common/proposal.ts'
import { noProcess, sessionOpener } from '../common/roles.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { isOn, setting } from '../common/unit-settings.ts'
import { UNENFORCED } from '../common/user-manager.ts'
import { oneOf } from '../common/values.ts'

/**
 * What closed allows (systemd.resource-control(5)) less the terminals. Listed devices count as exposure, so strict is
 * worth it only where some are listed anyway.
 */
const PLAIN = ['/dev/null', '/dev/zero', '/dev/full', '/dev/random', '/dev/urandom']

function usesTerminals(facts: Facts): boolean {
  return (
    sessionOpener(facts) !== undefined ||
    facts.processes.some(({ openFiles }) =>
      openFiles.some(({ path }) => /^\/dev\/(tty|ptmx|pts\/)/.test(path)),
    )
  )
}

/** Device nodes in use, as DeviceAllow= wants them. PrivateDevices=yes closes the rest by itself. */
function proposeDevicePolicy(facts: Facts): Proposed | NotProposed {
  const now = setting(facts, 'DevicePolicy')
  if (now === 'closed' || now === 'strict') return inForce('The unit already has this setting.', now)
  if (isOn(facts, 'PrivateDevices')) return inForce('PrivateDevices=yes includes it.', 'closed')
  const used = facts.processes
    .flatMap(({ openFiles }) => openFiles)
    .filter(
      ({ kind, path }) => kind === 'device' && /^\/dev\/[\w/.-]+$/.test(path) && !isHarmlessDevice(path),
    )
    .map(({ path }) => path)
  const devices = unique(used).sort()
  const lines = [
    service('DevicePolicy', 'closed'),
    ...devices.map((path) => service('DeviceAllow', `${path} rw`)),
  ]
  const strict = [
    service('DevicePolicy', 'strict'),
    ...[...PLAIN, ...devices].map((path) => service('DeviceAllow', `${path} rw`)),
  ]
  const evidence =
    devices.length > 0
      ? [`In use: ${devices.join(', ')}.`]
      : noProcess(facts, 'hold a device open beyond null, random and terminals')
  return proposed('closed', lines, evidence, {
    ...(devices.length > 0 && !usesTerminals(facts)
      ? {
          ladder: [
            { value: 'strict', assignments: strict },
            { value: 'closed', assignments: lines },
          ],
        }
      : {}),
  })
}

export const DEVICE_POLICY: Directive = {
  key: 'DevicePolicy',
  takes: oneOf('auto', 'closed', 'strict'),
  writes: { DeviceAllow: 'own lines' },
  impliedBy: 'PrivateDevices',
  denies: ['devices'],
  stage: 'system',
  since: 208,
  needsRoot: UNENFORCED,
  what: 'The control group allows opening only harmless device nodes and those that are listed.',
  breaks: 'The service cannot open a device that was not in use when hardenctl looked.',
  wins: 'An intruder cannot use a device node, even one that he created.',
  propose: proposeDevicePolicy,
}
