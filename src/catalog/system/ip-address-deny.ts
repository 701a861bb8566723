import type { Facts, SocketFacts } from '../../observe/facts.ts'
import { inForce, list, proposed, unfit } from '../common/proposal.ts'
import { isInet } from '../common/roles.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { words } from '../common/unit-settings.ts'

function isLoopback(address: string): boolean {
  const bare = address.replace(/^\[|\]$/g, '').replace(/^::ffff:/i, '')
  return /^127\.\d+\.\d+\.\d+$/.test(bare) || bare === '::1'
}

/** "10.0.0.1:5432" or "[::1]:5432" without its port. */
function host(peer: string): string {
  return peer.replace(/:\d+$/, '')
}

/** On loopback at both ends. */
export function isLocal({ address, peer }: SocketFacts): boolean {
  return isLoopback(address) && (peer === undefined || isLoopback(host(peer)))
}

function proposeAddresses(facts: Facts): Proposed | NotProposed {
  const denied = words(facts, 'IPAddressDeny')
  if (denied.includes('any') || (denied.includes('0.0.0.0/0') && denied.includes('::/0'))) {
    return inForce('Every address is denied that is not listed.', 'any')
  }
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
      `It uses the network: ${outside.address} port ${outside.port}${peer}. Which addresses may come is not known.`,
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
  stage: 'system',
  since: 235,
  what: 'Drops every packet between the service and other machines; localhost stays allowed. It is enforced for its control group and takes effect at once.',
  breaks: 'Anything it fetches, sends or looks up over the network, perhaps only once a day, gets no answer.',
  wins: 'A service that only talks on this machine can neither be reached from outside nor send anything out.',
  propose: proposeAddresses,
}
