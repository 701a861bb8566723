import type { Facts, ProcessFacts } from '../../observe/facts.ts'
import { isHarmlessDevice } from '../../observe/files/devices.ts'
import { namesIn } from '../capabilities/need.ts'
import { capabilityNeeds } from '../capabilities/privileges.ts'
import { inForce, unfit } from '../common/proposal.ts'
import {
  called,
  checksPasswords,
  groupName,
  isRoot,
  mainProcess,
  noProcess,
  opensSessions,
  passwordChecker,
  sessionOpener,
  unprivileged,
  userName,
  workerUids,
} from '../common/roles.ts'
import type { NewAccount, NotProposed } from '../common/types.ts'
import { isOn, namesAccount, setting, startsUnprivileged, words } from '../common/unit-settings.ts'
import { hasMemoryOfRoot } from '../filesystem/held-files.ts'

/** The account that the whole service can be started as. */
export interface ServiceAccount {
  user: string
  uid: number
  group: string | undefined
  evidence: string[]
  /** Why it may need root after all, for a reason that nobody saw. */
  caution?: string
  /** It is not there yet, or hardenctl made it. */
  made?: NewAccount
  /** It is there, and no process runs as it yet. */
  idle?: true
}

/** Capabilities that are needed only because files and processes belong to root, and the one for low ports. */
const FOR_FILES = new Set(
  'chown dac_override dac_read_search fowner fsetid kill net_bind_service'
    .split(' ')
    .map((name) => `cap_${name}`),
)

/** The workers' account, or why the service must still start as root. */
export function serviceAccount(facts: Facts): ServiceAccount | NotProposed {
  if (isOn(facts, 'DynamicUser'))
    return inForce('systemd gives it a user of its own (DynamicUser=yes).', 'DynamicUser')
  if (startsUnprivileged(facts)) {
    const user = setting(facts, 'User') ?? ''
    return inForce(`The unit already starts it as ${user}.`, user)
  }
  if (namesAccount(facts)) return unfit('"+" or "!" before its command starts it as root in spite of User=.')
  const main = mainProcess(facts)
  if (!main) return unfit('systemd knows no main process of it, whose account it would be.')
  if (workerUids(facts).length === 0) return accountToMake(facts, main)
  const reason = whyRoot(facts, main)
  if (reason !== undefined) return unfit(reason)
  const worker = unprivileged(facts)[0] as ProcessFacts
  const user = userName(facts, worker.uid.effective)
  if (user === undefined) return unfit(`The workers' uid ${worker.uid.effective} has no account name.`)
  const unexplained = rootForNothingSeen(facts, main)
  return {
    user,
    uid: worker.uid.effective,
    group: groupName(facts, worker.gid.effective),
    ...(unexplained === undefined ? {} : { caution: unexplained }),
    evidence: isRoot(main)
      ? [
          `${called(main)} is root, and the ${unprivileged(facts).length} other processes run as ${user}, for example ${called(worker)}.`,
        ]
      : [
          `Every process runs as ${user} after its start, for example ${called(worker)}: it only starts as root.`,
        ],
  }
}

/** A service without any account: one is created if nothing was seen to need root. */
function accountToMake(facts: Facts, main: ProcessFacts): ServiceAccount | NotProposed {
  const { freeAccount } = facts
  const allRoot = `All its processes run as root, ${called(main)} among them`
  if (freeAccount === undefined) return unfit(`${allRoot}: no account of its own was found.`)
  const reason = whyAlwaysRoot(facts, main)
  if (reason !== undefined) return unfit(reason)
  const strong = capabilityNeeds(facts).find(
    ({ capability, guessed }) => !guessed && !FOR_FILES.has(capability),
  )
  if (strong) return unfit(`${allRoot}. ${strong.capability.toUpperCase()}: ${strong.why}`)
  const { name, id, idle } = freeAccount
  const evidence = [`${allRoot}, and none was seen to do anything that only root can.`]
  if (idle === undefined) return { user: name, uid: id, group: name, made: { name, id }, evidence }
  const bears = `The system account ${name} bears its name, nobody logs in as it, and no process runs as it.`
  return { user: name, uid: id, group: idle.name, idle: true, evidence: [...evidence, bears] }
}

/** Things that only root can do, whatever other processes there are. */
function whyAlwaysRoot(facts: Facts, main: ProcessFacts): string | undefined {
  const session = sessionOpener(facts)
  if (session) return `${opensSessions(facts)} of other users, which only root can start.`
  const checker = passwordChecker(facts)
  if (checker) return `${checksPasswords(checker)}, as whom only root can act.`
  const jailed = facts.processes.find(({ root }) => root !== '/' && root !== '')
  if (jailed) return `${called(jailed)} has ${jailed.root} as its root directory, and only root can chroot.`
  return hasMemoryOfRoot(facts) ?? strongDoing(facts, main)
}

function whyRoot(facts: Facts, main: ProcessFacts): string | undefined {
  const uids = workerUids(facts)
  if (uids.length > 1) {
    const names = uids.map((uid) => userName(facts, uid) ?? `uid ${uid}`)
    return `It runs processes of several users (${names.join(', ')}), which only root can start.`
  }
  const always = whyAlwaysRoot(facts, main)
  if (always !== undefined) return always
  const child = facts.processes.find((process) => isRoot(process) && !process.isMain)
  if (child === undefined) return undefined
  return `${called(child)} is a second root process beside the main one: it does something as root all the time.`
}

/**
 * A root process that neither listens nor writes a file, beside workers that do everything that was seen, keeps its
 * rights for something that has not happened yet: a command at an event, a job that needs root.
 */
function rootForNothingSeen(facts: Facts, main: ProcessFacts): string | undefined {
  if (!isRoot(main)) return undefined
  const serves = facts.sockets.some(
    ({ pids, state, type, family }) =>
      pids.includes(main.pid) &&
      family !== 'AF_NETLINK' &&
      (state === 'listening' || (type === 'datagram' && family !== 'AF_UNIX')),
  )
  const writes = main.openFiles.some(({ kind, writable, deleted }) => kind === 'file' && writable && !deleted)
  if (serves || writes) return undefined
  return `${called(main)} stays root and only waits, while its workers do everything that was seen: it keeps root for something that was not seen, for example a command that only root can run.`
}

/** Things that the root master does for reasons other than a low port or the switch itself. */
function strongDoing(facts: Facts, main: ProcessFacts): string | undefined {
  if (!isRoot(main)) return undefined
  const raw = facts.sockets.find(
    ({ family, type, pids }) =>
      (family === 'AF_PACKET' || (type === 'raw' && family !== 'AF_NETLINK')) && pids.includes(main.pid),
  )
  if (raw) return `${called(main)} holds a raw or packet socket as root.`
  const device = main.openFiles.find(({ kind, path }) => kind === 'device' && !isHarmlessDevice(path))
  if (device) return `${called(main)} holds ${device.path} open as root.`
  if (main.nice < 0 && String(main.nice) !== setting(facts, 'Nice')) {
    return `${called(main)} runs with nice ${main.nice}, which it set as root.`
  }
  return undefined
}

/** Capabilities that the account keeps from its first instruction on: low ports, and what its workers hold. */
export function ambientNeeds(facts: Facts, ports: string): { names: string[]; evidence: string[] } {
  const held = unprivileged(facts).flatMap((process) =>
    process.capabilities.effective.map((name) => ({
      name,
      why: `${called(process)} holds ${name.toUpperCase()} in effect.`,
    })),
  )
  const names = new Set(words(facts, 'AmbientCapabilities').map((name) => name.toLowerCase()))
  for (const { name } of held) names.add(name)
  if (ports !== '') names.add('cap_net_bind_service')
  const evidence = [
    ...(ports === ''
      ? []
      : [`It listens on port ${ports}: CAP_NET_BIND_SERVICE is the only capability it needs for that.`]),
    ...[...new Set(held.map(({ why }) => why))],
    ...(names.size === 0 ? noProcess(facts, 'listen below port 1024, so it keeps no capability') : []),
  ]
  return { names: [...names].sort(), evidence }
}

/** File capabilities must stay in the bounding set, or the program cannot start (capabilities(7)). */
export function fileCapabilityNames(facts: Facts): string[] {
  return facts.executables.flatMap(({ fileCapabilities }) => namesIn(fileCapabilities))
}
