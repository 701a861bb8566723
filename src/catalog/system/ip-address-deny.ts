import type { Facts, SocketFacts } from '../../observe/facts.ts'
import { inForce, list, proposed, unfit } from '../common/proposal.ts'
import { isInet } from '../common/roles.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { words } from '../common/unit-settings.ts'
import { UNENFORCED } from '../common/user-manager.ts'
import { ADDRESS_LIST } from '../common/values.ts'

function isLoopback(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '')
  return /^127\.\d+\.\d+\.\d+$/.test(bare) || bare === '::1'
}

/** "10.0.0.1:5432" or "[::1]:5432" without its port. */
function host(peer: string): string {
  return peer.replace(/:\d+$/, '')
}

/** On loopback at both ends. */
function isLocal({ address, peer }: SocketFacts): boolean {
  return isLoopback(address) && (peer === undefined || isLoopback(host(peer)))
}

/** Its programs (BPF) are of groups of version 2: on a hybrid host systemd has them too. Tried on systemd 252. */
const NOT_BY_VERSION_1 = 'systemd uses cgroup v1 alone here, and would show it without enforcing it.'

function proposeAddresses(facts: Facts): Proposed | NotProposed {
  const denied = words(facts, 'IPAddressDeny')
  if (denied.includes('any') || (denied.includes('0.0.0.0/0') && denied.includes('::/0'))) {
    return inForce('Every address that is not listed is already denied.', 'any')
  }
  if (facts.version1Alone) return unfit(NOT_BY_VERSION_1)
  if (facts.processes.length === 0) return unfit('No process of the service was seen.')
  if (
    facts.sockets.some(
      ({ family, type }) => family === 'AF_PACKET' || (isInet({ family } as SocketFacts) && type === 'raw'),
    )
  ) {
    return unfit('It holds raw or packet sockets.')
  }
  const inet = facts.sockets.filter(isInet)
  const outside = inet.find((socket) => !isLocal(socket))
  if (outside) {
    const peer = outside.peer === undefined ? '' : `, connected to ${outside.peer}`
    return unfit(
      `It uses the network: ${outside.address} port ${outside.port}${peer}. Nobody can see which addresses come later.`,
    )
  }
  const deny = list('IPAddressDeny', ['any'])
  const local = [...deny, ...list('IPAddressAllow', ['localhost'])]
  if (inet.length === 0) {
    return proposed('any', local, ['No process seen holds a network socket; localhost stays allowed.'], {
      ladder: [
        { value: 'any, no localhost', assignments: [...deny, ...list('IPAddressAllow', [])] },
        { value: 'any', assignments: local },
      ],
    })
  }
  const seen = inet.slice(0, 3).map(({ address, port }) => `${address} port ${port}`)
  return proposed('any, localhost allowed', local, [
    `All its network sockets are on this machine: ${seen.join(', ')}.`,
  ])
}

export const IP_ADDRESS_DENY: Directive = {
  key: 'IPAddressDeny',
  takes: ADDRESS_LIST,
  writes: { IPAddressAllow: ADDRESS_LIST },
  denies: ['connect-out'],
  stage: 'system',
  since: 235,
  needsRoot: UNENFORCED,
  what: 'Drops every packet between the service and other machines; localhost stays allowed. The kernel enforces it for the control group, at once.',
  breaks:
    'Nothing that it fetches, sends or looks up over the network gets an answer, even if it does so only once a day.',
  wins: 'Nobody can reach the service from outside, and an intruder cannot send anything out.',
  propose: proposeAddresses,
}
