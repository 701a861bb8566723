import type { Facts } from '../observe/facts.ts'
import { inForce, list, proposed, unfit } from './assignment.ts'
import { isInet } from './roles.ts'
import { setting, words } from './settings.ts'
import type { Directive, NotProposed, Proposed } from './types.ts'

function familiesSeen(facts: Facts): Map<string, string> {
  const seen = new Map([
    ['AF_UNIX', 'AF_UNIX stays for the system log, readiness messages and name look-ups.'],
  ])
  for (const { family, address, port, pids } of facts.sockets) {
    if (family === 'other') continue
    const names = family === 'AF_INET' || family === 'AF_INET6' ? ['AF_INET', 'AF_INET6'] : [family]
    const where = port > 0 ? `${address} port ${port}` : 'a socket'
    for (const name of names) {
      if (!seen.has(name))
        seen.set(name, `${family}: ${where} is open in pid ${pids.join(', ') || 'of systemd'}.`)
    }
  }
  return seen
}

/** systemd prints an allow list plain, a deny list behind "~", and "none" as such (systemd.exec(5)). */
function proposeFamilies(facts: Facts): Proposed | NotProposed {
  const present = words(facts, 'RestrictAddressFamilies')
  const denies = setting(facts, 'RestrictAddressFamilies')?.startsWith('~') ?? false
  const named = present.map((name) => name.replace(/^~/, ''))
  const seen = familiesSeen(facts)
  const allowed = (name: string) => present.length === 0 || named.includes(name) !== denies
  const wanted = [...seen.keys()].filter(allowed).sort()
  if (!denies && present.length > 0 && wanted.length === named.length) {
    return inForce('No family is allowed that is not in use.', named.join(' '))
  }
  if (wanted.length === 0) return unfit('The unit already forbids every family that was seen.')
  const shorter = wanted.filter((name) => name !== 'AF_NETLINK')
  const rung = (names: string[]) => ({
    value: names.join(' '),
    assignments: list('RestrictAddressFamilies', names),
  })
  const evidence = [...wanted.flatMap((name) => seen.get(name) ?? [])]
  const odd = facts.sockets.find(({ family }) => family === 'other')
  if (odd) {
    const pids = odd.pids.join(', ')
    evidence.push(
      `Pid ${pids} holds a socket that no table of the kernel lists, so most likely one never bound.`,
    )
  }
  if (!facts.sockets.some(isInet) && facts.processes.length > 0)
    evidence.push('No process seen holds a network socket.')
  return proposed(wanted.join(' '), list('RestrictAddressFamilies', wanted), [...new Set(evidence)], {
    ...(shorter.length < wanted.length && shorter.length > 0
      ? { ladder: [rung(shorter), rung(wanted)] }
      : {}),
  })
}

export const RESTRICT_ADDRESS_FAMILIES: Directive = {
  key: 'RestrictAddressFamilies',
  stage: 'system',
  since: 211,
  shape: 'families',
  what: 'Lists the kinds of sockets the service may make. Those it is handed stay usable.',
  breaks:
    'Other kinds fail with "Address family not supported": listing network interfaces needs AF_NETLINK, a service seen without network can\'t start using it.',
  wins: 'Raw packets and dozens of rarely used protocols, a usual way into the kernel, are out of reach.',
  propose: proposeFamilies,
}
