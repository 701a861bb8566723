import type { Facts } from '../../observe/facts.ts'
import { sightingsText } from '../../observe/trace/learned.ts'
import { inForce, list, proposed, unfit } from '../common/proposal.ts'
import { isInet } from '../common/roles.ts'
import { whereIt } from '../common/seen-in-clone.ts'
import { takingOut } from '../common/squeeze.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { setting, words } from '../common/unit-settings.ts'
import { FAMILY_LIST } from '../common/values.ts'
import { isUnplayed } from '../reach/callers.ts'
import { imported } from '../reach/imported.ts'
import { mayGainRights, mayStartAny, possibleNow } from '../reach/reached.ts'
import type { Possibility, Use } from '../reach/uses.ts'

function familiesSeen(facts: Facts): Map<string, string> {
  const seen = new Map([
    ['AF_UNIX', 'AF_UNIX stays allowed for the system log, readiness messages and name look-ups.'],
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
  for (const { family, protocol, sightings } of facts.learned?.sockets ?? []) {
    if (!/^AF_[A-Z0-9]+$/.test(family)) continue
    const names = family === 'AF_INET' || family === 'AF_INET6' ? ['AF_INET', 'AF_INET6'] : [family]
    const which = protocol === undefined ? family : `${family} (${protocol})`
    for (const name of names) {
      if (!seen.has(name))
        seen.set(name, `${whereIt(sightings)} made a socket of ${which} (${sightingsText(sightings)}).`)
    }
  }
  for (const { name, why } of familiesPossible(facts)) if (!seen.has(name)) seen.set(name, why)
  return seen
}

/** Families of what it may come to do: they stay, so that the row need not wait for a use that nobody played. */
function familiesPossible(facts: Facts): { name: string; why: string }[] {
  const names: Partial<Record<Use, string[]>> = {
    'connect-out': ['AF_INET', 'AF_INET6'],
    'list-interfaces': ['AF_NETLINK'],
  }
  const stays = (name: string, reason: string) => ({ name, why: `${name} stays: ${reason}` })
  const found = possibleNow(facts).flatMap(({ use, why, from }) =>
    from === 'unasked' || from === 'work' ? [] : (names[use] ?? []).map((one) => stays(one, why)),
  )
  // A call alone takes no row away, and here none has to be: a family more costs little.
  const [call] = isUnplayed(facts.given) ? imported(facts, 'list-interfaces') : []
  return call === undefined
    ? found
    : [...found, stays('AF_NETLINK', `its programs call ${call}, which lists interfaces.`)]
}

function leavesFamilies({ assignments }: Proposed, { use, from }: Possibility): boolean {
  const kept = assignments.flatMap(({ value }) => value.split(' '))
  if (use === 'connect-out') return kept.includes('AF_INET')
  if (use === 'list-interfaces') return kept.includes('AF_NETLINK')
  // What a name in its configuration asks for goes over ordinary sockets.
  return from === 'named'
}

/** Netlink protocols that only wait for events, which a clone never sees (netlink(7)). */
const EVENTS = /^NETLINK_(KOBJECT_UEVENT|AUDIT|NETFILTER|XFRM|SELINUX)$/

/**
 * A start or a request shows whether AF_NETLINK is missing. Not AF_UNIX: a lost log line or a name look-up fails
 * silently, or once a day. Nor one of AF_INET and AF_INET6: over which of them another machine is reached, its name and
 * the routes decide, and a clone has neither.
 */
function canBeTried(facts: Facts, name: string): boolean {
  if (name !== 'AF_NETLINK' || familiesPossible(facts).some((one) => one.name === name)) return false
  // A clone shows nothing of programs that it did not start: ip(8), ss(8).
  if (mayStartAny(facts) !== undefined || mayGainRights(facts) !== undefined) return false
  const waits = facts.sockets.some(({ family, address }) => family === name && EVENTS.test(address))
  return !waits && !asksNetlink(facts)
}

/**
 * Name look-ups ask NETLINK_ROUTE for addresses and continue without an answer. A program that uses another netlink
 * protocol needs it for its work, and may fail only when that work is next due.
 */
function asksNetlink({ learned }: Facts): boolean {
  return (learned?.sockets ?? []).some(
    ({ family, protocol }) =>
      family === 'AF_NETLINK' && protocol !== undefined && protocol !== 'NETLINK_ROUTE',
  )
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
    return inForce('Only families that are in use are allowed.', named.join(' '))
  }
  if (wanted.length === 0) return unfit('The unit already forbids every family that was seen.')
  const evidence = [...wanted.flatMap((name) => seen.get(name) ?? [])]
  const odd = facts.sockets.find(({ family }) => family === 'other')
  if (odd) {
    const pids = odd.pids.join(', ')
    evidence.push(`Pid ${pids} holds a socket that is in no table of the kernel; it is probably not bound.`)
  }
  if (!facts.sockets.some(isInet) && facts.processes.length > 0)
    evidence.push('No process seen holds a network socket.')
  const possible = wanted.filter((name) => canBeTried(facts, name))
  return proposed(wanted.join(' '), list('RestrictAddressFamilies', wanted), [...new Set(evidence)], {
    ...(possible.length > 0
      ? { squeezes: possible.map((name) => takingOut('RestrictAddressFamilies', name)) }
      : {}),
  })
}

export const RESTRICT_ADDRESS_FAMILIES: Directive = {
  key: 'RestrictAddressFamilies',
  takes: FAMILY_LIST,
  denies: ['connect-out', 'list-interfaces', 'raw-sockets'],
  leavesOpen: leavesFamilies,
  stage: 'system',
  since: 211,
  enforcer: 'filter',
  what: 'Lists the kinds of sockets that the service may create. It can still use sockets that systemd passes to it.',
  breaks:
    'Other kinds fail with "Address family not supported": listing network interfaces needs AF_NETLINK, and a service that used no network cannot start to.',
  wins: 'An intruder cannot use raw packets or dozens of rare protocols, which often have kernel flaws.',
  propose: proposeFamilies,
}
