import type { Facts, ProcessFacts } from '../../observe/facts.ts'
import { called, noProcess, portNumbers, privilegedPorts } from '../common/roles.ts'
import { toggle } from '../common/toggle.ts'
import type { Directive } from '../common/types.ts'
import { startsUnprivileged, words } from '../common/unit-settings.ts'
import { oneOf } from '../common/values.ts'

function capable(facts: Facts): ProcessFacts | undefined {
  return facts.processes.find(({ capabilities }) => capabilities.effective.length > 0)
}

function againstPrivateUsers(facts: Facts): string | undefined {
  if (!startsUnprivileged(facts))
    return 'It starts as root, whose capabilities would count only inside the namespace.'
  const ambient = words(facts, 'AmbientCapabilities')
  if (ambient.length > 0)
    return `It needs ${ambient.join(' ').toUpperCase()}, which would count only inside the namespace.`
  const ports = privilegedPorts(facts)
  if (ports.length > 0)
    return `It listens on port ${portNumbers(ports)}, which needs a capability outside the namespace.`
  const process = capable(facts)
  return process && `${called(process)} holds capabilities, which would count only inside the namespace.`
}

export const PRIVATE_USERS: Directive = toggle({
  key: 'PrivateUsers',
  takes: oneOf('yes', 'no', 'self', 'identity', 'full'),
  // Whoever tells which account a process, a file or a caller is of would tell of nobody.
  denies: ['gain-rights', 'act-as-others', 'past-permissions', 'see-others', 'know-callers', 'owners'],
  stage: 'system',
  since: 232,
  enforcer: 'user',
  good: ['self', 'identity', 'full'],
  what: 'Runs the service in a user namespace: other accounts appear as nobody, and its capabilities do not count outside.',
  breaks:
    'Anything that needs a capability fails, for example low ports; owners of files and callers on Unix sockets appear as nobody.',
  wins: 'An intruder who becomes root inside is not root on the machine.',
  failsWith: { exits: [216, 217] },
  against: againstPrivateUsers,
  // Programs that fail when their files belong to nobody: since 257.
  ladder: ({ systemd }) => (systemd >= 257 ? ['yes', 'identity'] : []),
  evidence: (facts) => noProcess(facts, 'hold a capability in effect'),
})
