import type { Facts } from '../../observe/facts.ts'
import { inForce, proposed, service, unfit } from '../common/proposal.ts'
import { called, checksPasswords, noProcess, passwordChecker } from '../common/roles.ts'
import { changeSeen, readSeen } from '../common/seen-in-clone.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { setting } from '../common/unit-settings.ts'
import { oneOf } from '../common/values.ts'
import { unreadSocket } from '../reach/callers.ts'
import { homesNamed, namedText } from '../reach/named.ts'
import { mayStartAny } from '../reach/reached.ts'
import { holding, holds } from './held-files.ts'

const HOME = /^\/(home|root|run\/user)(\/|$)/

function proposeProtectHome(facts: Facts): Proposed | NotProposed {
  const now = setting(facts, 'ProtectHome')
  if (now === 'yes') return inForce('The unit already has this setting.', now)
  const checker = passwordChecker(facts)
  if (checker) return unfit(`${checksPasswords(checker)}, also from a home.`)
  const running = facts.processes.find(({ executable, libraries }) =>
    [executable, ...libraries].some((path) => HOME.test(path)),
  )
  if (running) return unfit(`${called(running)} runs programs or libraries below a home directory.`)
  const writing = holds(holding(facts, ({ path, writable }) => writable && HOME.test(path)))
  const changed = writing ?? changeSeen(facts, HOME)
  if (changed) return unfit(changed)
  const configured = configuredHome(facts)
  if (configured) return unfit(`${configured} It may write there when it is asked to.`)
  const reading =
    holds(holding(facts, ({ path }) => HOME.test(path))) ??
    namedHome(facts) ??
    readSeen(facts, HOME) ??
    askedFor(facts)
  if (reading === undefined) {
    const words = ['yes', 'tmpfs', 'read-only']
    const tighter = words.slice(0, now !== undefined && words.includes(now) ? words.indexOf(now) : 3)
    return proposed(
      'yes',
      [service('ProtectHome', 'yes')],
      noProcess(facts, 'hold anything below /home, /root or /run/user open'),
      tighter.length > 1 ? { ladder: tighter.map((value) => rung(value)) } : {},
    )
  }
  // It may read there at a request that no probe makes, so never try a tighter value.
  if (now === 'read-only' || now === 'tmpfs') return inForce(`It cannot be tighter: ${reading}`, now)
  return proposed('read-only', [service('ProtectHome', 'read-only')], [reading])
}

function rung(value: string) {
  return { value, assignments: [service('ProtectHome', value)] }
}

function namedHome(facts: Facts): string | undefined {
  const folder = setting(facts, 'WorkingDirectory')?.replace(/^!/, '')
  if (folder !== undefined && HOME.test(folder)) return `WorkingDirectory= is ${folder}.`
  const process = facts.processes.find(({ argv }) =>
    argv.some((word) => HOME.test(word.replace(/^[^/]*/, ''))),
  )
  return process && `${called(process)} was started with an argument below a home directory.`
}

/** Files that callers name, or that accounts may have; nothing tells that it would write them. */
function askedFor(facts: Facts): string | undefined {
  const socket = unreadSocket(facts)
  if (socket !== undefined) return `Everybody may ask it for files over ${socket}, also for those in homes.`
  const any = mayStartAny(facts)
  if (any !== undefined) return `It may look into homes. ${any}`
  const { homes, accountsBy } = facts.reach ?? {}
  if (facts.given?.exercised === true || facts.given?.level === 'tight') return undefined
  if (homes !== undefined) return `${homes} names a file that each account may have in its home.`
  return accountsBy && `${accountsBy}, a plug-in of it, looks up accounts, as those do that find their homes.`
}

function configuredHome(facts: Facts): string | undefined {
  const homes = homesNamed(facts)
  return homes.length === 0 ? undefined : `${namedText(homes)}.`
}

export const PROTECT_HOME: Directive = {
  key: 'ProtectHome',
  takes: oneOf('yes', 'no', 'read-only', 'tmpfs'),
  impliedBy: 'DynamicUser',
  denies: ['homes'],
  // Whoever tells of the mounts would tell of those that hide homes.
  leavesOpen: ({ value }, { use, from }) => use === 'homes' && from !== 'control' && value === 'read-only',
  stage: 'filesystem',
  since: 214,
  mountNamespace: true,
  what: 'Hides /home, /root and /run/user from the service.',
  breaks: 'The service and its helpers no longer find web pages, keys or scripts below a home directory.',
  wins: 'An intruder finds no personal files, shell histories or SSH keys.',
  hides: { paths: HOME, remedy: 'step-down' },
  failsWith: { exits: [200, 203] },
  propose: proposeProtectHome,
}
