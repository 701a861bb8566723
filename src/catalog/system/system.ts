import type { Facts, Sharer } from '../../observe/facts.ts'
import { isRealtime } from '../capabilities/capability-acts.ts'
import { inForce, list, proposed, service, unfit } from '../common/proposal.ts'
import { called, noProcess, userName } from '../common/roles.ts'
import { actSeen } from '../common/seen-in-clone.ts'
import { toggle } from '../common/toggle.ts'
import type { Directive, NotProposed, Proposed } from '../common/types.ts'
import { isOn, namesAccount, setting } from '../common/unit-settings.ts'
import { ARCHITECTURE_LIST, oneOf, YES_NO } from '../common/values.ts'
import { DEVICE_POLICY } from './device-policy.ts'
import { IP_ADDRESS_DENY } from './ip-address-deny.ts'
import { MEMORY_DENY_WRITE_EXECUTE } from './memory-deny-write-execute.ts'
import { NO_NEW_PRIVILEGES } from './no-new-privileges.ts'
import { PRIVATE_USERS } from './private-users.ts'
import { RESTRICT_ADDRESS_FAMILIES } from './restrict-address-families.ts'
import { RESTRICT_NAMESPACES } from './restrict-namespaces.ts'

function sharedBy(other: Sharer, user: string): string {
  if (other.kind === 'memory')
    return `${other.path} belongs to ${user}: each stop of the service would remove it.`
  const name = other.kind === 'unit' ? other.name : `${other.name} (pid ${other.pid}) outside of the service`
  return `${name} runs as ${user} too: it would lose its own memory.`
}

function againstRemoveIpc(facts: Facts): string | undefined {
  if (!namesAccount(facts)) return 'It has no effect for root.'
  const uid = facts.processes[0]?.uid.effective ?? 0
  const user = setting(facts, 'User') || (userName(facts, uid) ?? `uid ${uid}`)
  if (user === 'nobody' || uid >= 1000) return `${user} is not used by this service alone.`
  const [other] = facts.sharers ?? []
  if (other !== undefined) return sharedBy(other, userName(facts, other.uid) ?? `uid ${other.uid}`)
  for (const process of facts.processes) {
    const file = process.openFiles.find(({ path }) => /^\/(dev\/shm\/|SYSV|dev\/mqueue\/)/.test(path))
    if (file) return `${called(process)} keeps shared memory open (${file.path}).`
  }
  return undefined
}

/** A missing watchdog helper shows only when its time is up, which may be long after a start. */
function hasWatchdog(facts: Facts): boolean {
  return !['', '0', 'infinity'].includes(setting(facts, 'WatchdogUSec') ?? '')
}

function proposeNotifyAccess(facts: Facts): Proposed | NotProposed {
  const now = setting(facts, 'NotifyAccess')
  if (now !== 'all') return inForce('systemd already believes the main process alone.', now ?? 'none')
  return proposed('main', [service('NotifyAccess', 'main')], ['The unit says NotifyAccess=all.'], {
    caution: 'A helper may report its readiness; then the start would time out.',
    ...(hasWatchdog(facts) ? {} : { tickIfProven: true }),
  })
}

function proposeDelegate(facts: Facts): Proposed | NotProposed {
  if (!isOn(facts, 'Delegate')) return inForce('The service manages no control groups.', 'no')
  return proposed('no', [service('Delegate', 'no')], ['The unit says Delegate=yes.'], {
    caution: 'The author of the unit wanted it to manage its own control groups.',
  })
}

function proposeKeyring(facts: Facts): Proposed | NotProposed {
  const now = setting(facts, 'KeyringMode')
  if (now === undefined || now === 'private')
    return inForce('It is the default for system services.', 'private')
  const lines = [service('KeyringMode', 'private')]
  return proposed('private', lines, [`The unit says KeyringMode=${now}.`], {
    caution:
      'It would lose kernel keys that it shares with others, for example for a disk or a network file system.',
  })
}

/** Something that it writes and that is setuid or setgid. */
function markedPath(facts: Facts): string | undefined {
  const marked = facts.writable.find(({ mode }) => (mode & 0o6000) !== 0)
  return marked?.path ?? facts.owned?.find(({ setgid }) => setgid !== undefined)?.setgid
}

export const SYSTEM: Directive[] = [
  NO_NEW_PRIVILEGES,
  toggle({
    key: 'ProtectClock',
    denies: ['kernel-state'],
    stage: 'system',
    since: 245,
    enforcer: 'filter',
    drops: ['cap_sys_time', 'cap_wake_alarm'],
    what: 'Forbids setting the clock. It also drops CAP_SYS_TIME and CAP_WAKE_ALARM.',
    breaks: 'Only time services need to set the clock.',
    wins: 'An intruder cannot falsify times in logs or make expired certificates valid.',
    against: (facts) => {
      const process = facts.processes.find(({ openFiles }) =>
        openFiles.some(({ path }) => /^\/dev\/(rtc|ptp)/.test(path)),
      )
      if (process) return `${called(process)} holds a clock device open.`
      const ntp = facts.sockets.find(({ port, type }) => port === 123 && type === 'datagram')
      return ntp && 'It speaks the time protocol (port 123).'
    },
    evidence: (facts) => noProcess(facts, 'hold a clock device open'),
  }),
  toggle({
    key: 'ProtectHostname',
    takes: oneOf('yes', 'no', 'private'),
    denies: ['kernel-state'],
    stage: 'system',
    since: 242,
    enforcer: 'uts',
    good: ['private'],
    filterToo: true,
    what: 'Forbids changing the host name.',
    breaks: 'The service does not notice when the host name changes while it runs.',
    wins: 'An intruder cannot rename the machine. The gain is small.',
    forbids: 'hostname',
    against: (facts) => actSeen(facts, 'hostname'),
    evidence: (facts) => noProcess(facts, 'run in a host name namespace of its own making'),
  }),
  {
    key: 'SystemCallArchitectures',
    takes: ARCHITECTURE_LIST,
    stage: 'system',
    since: 209,
    enforcer: 'filter',
    what: "Allows only system calls of the machine's own architecture.",
    breaks: 'The kernel kills 32-bit programs on a 64-bit machine.',
    wins: 'An intruder cannot use the second set of system calls, which is less tested and can bypass call filters.',
    propose: (facts) => {
      if (setting(facts, 'SystemCallArchitectures') === 'native')
        return inForce('The unit already has this setting.', 'native')
      const small = facts.executables.find(({ bits }) => bits === 32)
      if (small && /64|s390x/.test(facts.architecture)) return unfit(`${small.path} is a 32-bit program.`)
      const known = facts.executables.filter(({ bits }) => bits !== undefined).length
      return proposed(
        'native',
        list('SystemCallArchitectures', ['native']),
        known === 0 ? [] : [`All ${known} binaries seen are of the machine's own architecture.`],
      )
    },
  },
  RESTRICT_ADDRESS_FAMILIES,
  RESTRICT_NAMESPACES,
  toggle({
    key: 'RestrictSUIDSGID',
    denies: ['set-ids'],
    impliedBy: 'DynamicUser',
    stage: 'system',
    since: 242,
    enforcer: 'filter',
    what: 'Forbids setting the setuid or setgid bit of a file.',
    breaks:
      'Programs that install software or set the group bit on directories fail; so do unpackers that use the call openat2.',
    wins: 'An intruder cannot leave a setuid file behind as a way back.',
    forbids: 'suid',
    against: (facts) => actSeen(facts, 'suid'),
    evidence: (facts) => {
      return markedPath(facts) !== undefined
        ? []
        : facts.writable.length > 0
          ? [`None of the ${facts.writable.length} files and directories it writes is setuid or setgid.`]
          : noProcess(facts, 'hold a file of its own open for writing')
    },
    caution: (facts) => {
      const marked = markedPath(facts)
      return marked && `${marked} has the setuid or setgid bit, and the service may set it itself.`
    },
  }),
  toggle({
    key: 'LockPersonality',
    denies: ['personality'],
    stage: 'system',
    since: 235,
    enforcer: 'filter',
    what: 'Forbids switching to the behaviour of another Unix or another architecture.',
    breaks: 'Only emulators such as wine use it.',
    wins: 'An intruder cannot reach old, rarely tested code in the kernel.',
    forbids: 'personality',
    against: (facts) => {
      const process = facts.processes.find(({ personality }) => Number.parseInt(personality, 16) > 0)
      return process
        ? `${called(process)} runs with personality ${process.personality}.`
        : actSeen(facts, 'personality')
    },
    evidence: (facts) => noProcess(facts, 'run with a personality of its own'),
  }),
  toggle({
    key: 'RestrictRealtime',
    denies: ['real-time'],
    stage: 'system',
    since: 231,
    enforcer: 'filter',
    what: 'Forbids real-time scheduling.',
    breaks: 'Audio and time services that ask for it fail or run less smoothly.',
    wins: 'The service cannot occupy a processor and stall the machine.',
    forbids: 'realtime',
    failsWith: { exits: [214] },
    against: (facts) => {
      const process = facts.processes.find(isRealtime)
      return process
        ? `${called(process)} is scheduled as ${process.scheduling}.`
        : actSeen(facts, 'realtime')
    },
    evidence: (facts) => noProcess(facts, 'run with real-time scheduling'),
  }),
  MEMORY_DENY_WRITE_EXECUTE,
  toggle({
    key: 'RemoveIPC',
    impliedBy: 'DynamicUser',
    stage: 'system',
    since: 232,
    needsRoot: 'It has an effect only beside User=, which only root may set.',
    what: "Removes shared memory and message queues of the service's account when it stops.",
    breaks: 'Another program of the same account loses its shared memory when this service stops.',
    wins: 'The next process finds no leftover memory that it might trust.',
    against: againstRemoveIpc,
    evidence: (facts) => noProcess(facts, 'keep shared memory open'),
  }),
  PRIVATE_USERS,
  IP_ADDRESS_DENY,
  DEVICE_POLICY,
  {
    key: 'KeyringMode',
    takes: oneOf('private', 'shared', 'inherit'),
    stage: 'system',
    since: 235,
    what: 'Gives the service its own kernel keyring.',
    breaks: 'The service does not find keys that it shares with other services.',
    wins: 'An intruder cannot read the kernel keys of others.',
    shownWhenDue: true,
    propose: proposeKeyring,
  },
  {
    key: 'NotifyAccess',
    takes: oneOf('none', 'main', 'exec', 'all'),
    stage: 'system',
    since: 19,
    what: 'Sets which processes may send readiness messages to systemd.',
    breaks: 'systemd ignores a helper that reports readiness, and the start times out.',
    wins: 'A child process cannot report a wrong main process or state to systemd.',
    shownWhenDue: true,
    propose: proposeNotifyAccess,
  },
  {
    key: 'Delegate',
    takes: YES_NO,
    stage: 'system',
    since: 205,
    what: 'Sets whether the service manages control groups below its own.',
    breaks: 'Container engines and service supervisors need it.',
    wins: 'Only systemd manages the control group tree.',
    shownWhenDue: true,
    propose: proposeDelegate,
  },
]
