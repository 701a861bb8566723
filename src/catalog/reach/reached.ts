import type { Facts } from '../../observe/facts.ts'
import { isInet } from '../common/roles.ts'
import { actsSeen, actText } from '../common/seen-in-clone.ts'
import type { Directive, Proposed } from '../common/types.ts'
import { startsUnprivileged } from '../common/unit-settings.ts'
import { endsSetuid } from '../common/user-manager.ts'
import { possible } from './possible.ts'
import type { Possibility, Use } from './uses.ts'

/** Uses that were seen, in a clone or live. */
export function played(facts: Facts): Set<Use> {
  const { learned } = facts
  const used = new Set<Use>()
  const own = new Set(facts.executables.map(({ path }) => path))
  const say = (use: Use, seen: boolean) => {
    if (seen) used.add(use)
  }
  const capability = (name: string) => actsSeen(facts, 'capability').some(({ detail }) => detail === name)
  const socket = (family: string) => (learned?.sockets ?? []).some((one) => one.family === family)
  say('write-elsewhere', (learned?.changed ?? []).length > 0)
  say(
    'connect-out',
    facts.sockets.some((one) => isInet(one) && one.state === 'connected' && !isLoopback(one.peer)),
  )
  say(
    'run-programs',
    (learned?.executed ?? []).some(({ path, uses }) => uses.includes('execute') && !own.has(path)),
  )
  say('gain-rights', actsSeen(facts, 'privileged').length > 0)
  say(
    'act-as-others',
    capability('cap_setuid') ||
      facts.processes.some(({ uid }) => uid.effective !== facts.processes[0]?.uid.effective),
  )
  say('past-permissions', capability('cap_dac_override') || capability('cap_dac_read_search'))
  say('mount', actsSeen(facts, 'mount').length > 0)
  say('namespaces', actsSeen(facts, 'namespace').length > 0)
  say('write-execute', actsSeen(facts, 'write-execute').length > 0)
  say('raw-sockets', socket('AF_PACKET') || capability('cap_net_raw'))
  say('list-interfaces', socket('AF_NETLINK'))
  say(
    'devices',
    (learned?.noted ?? []).some(({ path }) => path.startsWith('/dev/')),
  )
  say(
    'homes',
    (learned?.noted ?? []).some(({ path }) => /^\/(?:home|root)\//.test(path)),
  )
  return used
}

function isLoopback(peer = ''): boolean {
  return /^(?:\[?::1\]?:|\[?(?:::ffff:)?127\.)/.test(peer)
}

/**
 * Whether each clone plays in full what the service is for, so that a row which denies it breaks there. A helper counts
 * only where one was seen at work.
 */
function fullyPlayed(facts: Facts, { use, from }: Possibility): boolean {
  // Nobody misses what hidden homes hold: a rule of a person's is not followed, and nothing fails.
  if ((facts.given?.full ?? []).length === 0 || use === 'homes') return false
  return from === 'import' || (from === 'helper' && actsSeen(facts, 'privileged').length > 0)
}

/** Whether a possibility of this kind keeps a row from being taken at the person's level. */
function counts(facts: Facts, possibility: Possibility): boolean {
  const { use, from } = possibility
  const level = facts.given?.level ?? 'standard'
  if (level === 'tight') return false
  // It answers as before with wrong numbers: no exit code of an exercise tells that.
  if (from === 'monitor') return facts.given?.compared !== true
  // Its use was played: what a script or a call may do besides, only its configuration tells.
  const exercised = facts.given?.exercised === true
  if (exercised && from !== 'named' && from !== 'sudo' && from !== 'work') return false
  if (fullyPlayed(facts, possibility)) return false
  if (from === 'import') return level === 'careful' && !played(facts).has(use)
  return true
}

/** What counts against rows at the person's level, less what was played. */
export function possibleNow(facts: Facts): Possibility[] {
  return possible(facts).filter((one) => counts(facts, one))
}

/** Why it may start any program of the machine, and nobody saw which: a script does, its own or one that it was told of. */
export function mayStartAny(facts: Facts): string | undefined {
  const ofScript = (from: Possibility['from']) => from === 'interpreter' || from === 'work'
  return possibleNow(facts).find(({ use, from }) => use === 'run-programs' && ofScript(from))?.why
}

/**
 * Why it may start a setuid or setgid program: possible, or seen in a clone where an account starts it. What root was seen
 * to start shows itself what it calls and writes.
 */
export function mayGainRights(facts: Facts): string | undefined {
  const [act] = actsSeen(facts, 'privileged')
  if (act !== undefined && startsUnprivileged(facts)) return actText(act)
  return possibleNow(facts).find(({ use }) => use === 'gain-rights')?.why
}

/**
 * Why a row is not to be taken by itself: it denies a use that is possible, was not played, and is not left open by its
 * value. Undefined for a row that was reached.
 */
export function notReached(facts: Facts, directive: Directive, proposed: Proposed): Possibility | undefined {
  const denied = [...(directive.denies ?? []), ...(directive.mountNamespace ? (['see-mounts'] as const) : [])]
  const noSetuid = endsSetuid(facts, directive)
  if (denied.length === 0 && !noSetuid) return undefined
  // What a script may do is no sign of a helper: of a filter that ends them as well, that alone takes nothing away.
  return possibleNow(facts).find(
    (one) =>
      (noSetuid && one.use === 'gain-rights' && (facts.ofUser !== undefined || one.from !== 'interpreter')) ||
      (denied.includes(one.use) && directive.leavesOpen?.(proposed, one) !== true),
  )
}
