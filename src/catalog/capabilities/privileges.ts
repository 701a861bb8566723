import type { Facts, ProcessFacts } from '../../observe/facts.ts'
import { sightingsText } from '../../observe/trace/learned.ts'
import { capabilitiesUsed } from '../../observe/trace/learned-facts.ts'
import { ALL_CAPABILITIES } from '../../systemd/settings/settings-values.ts'
import { written } from '../common/places.ts'
import { few, unique } from '../common/proposal.ts'
import {
  called,
  checksPasswords,
  isRoot,
  mainProcess,
  passwordChecker,
  portNumbers,
  privilegedPorts,
  rootProcesses,
  sessionOpener,
  unprivileged,
  workerUids,
} from '../common/roles.ts'
import { setting, startsUnprivileged, words } from '../common/unit-settings.ts'
import {
  foreignAccounts,
  hasRights,
  imported,
  isAllRoot,
  namedText,
  namedThings,
  switchesPerJob,
} from '../reach/possible.ts'

/** A capability that the service seems to need. */
export interface Need {
  /** In lower case, as the kernel and `systemctl show` have it. */
  capability: string
  why: string
  /** A guess from how its processes look, not from a use that was seen: squeezing tries to go without it. */
  guessed: boolean
}

/** Capabilities that opening a device node takes, besides its mode (capabilities(7)). */
const BY_DEVICE: [RegExp, string][] = [
  [/^\/dev\/net\/tun$/, 'cap_net_admin'],
  [/^\/dev\/(mem|port|kmem)$/, 'cap_sys_rawio'],
  [/^\/dev\/rtc\d*$/, 'cap_sys_time'],
  [/^\/(dev|proc)\/kmsg$/, 'cap_syslog'],
  [/^\/dev\/fuse$/, 'cap_sys_admin'],
]

/**
 * Capabilities that opening a session takes: pam_unix, pam_loginuid, pam_limits and the switch to the person (pam(8)).
 */
const FOR_SESSIONS = [
  'audit_control',
  'audit_write',
  'chown',
  'dac_override',
  'dac_read_search',
  'fowner',
  'fsetid',
  'kill',
  'setgid',
  'setpcap',
  'setuid',
  'sys_nice',
  'sys_resource',
]

/** Capabilities that the service needs, judged by what was seen of it; one entry per capability. */
export function capabilityNeeds(facts: Facts): Need[] {
  const all = [
    ...fromFiles(facts),
    ...heldByWorkers(facts),
    ...(startsUnprivileged(facts)
      ? []
      : [
          ...fromPorts(facts),
          ...fromMaster(facts),
          ...fromLoneRoot(facts),
          ...fromActs(facts),
          ...fromLearned(facts),
          ...fromNames(facts),
        ]),
  ]
  const strongest = all.sort((a, b) => Number(a.guessed) - Number(b.guessed))
  const kept = unique(strongest.map(({ capability }) => capability))
  return kept.sort().flatMap((name) => all.find(({ capability }) => capability === name) ?? [])
}

function fromPorts(facts: Facts): Need[] {
  const ports = privilegedPorts(facts)
  if (ports.length === 0) return []
  return [need('net_bind_service', `It listens on port ${portNumbers(ports)}, below 1024.`)]
}

/** Calls that took a capability while hardenctl followed the service in a clone, as root as it is now. */
function fromLearned({ learned }: Facts): Need[] {
  if (learned === undefined) return []
  return capabilitiesUsed(learned).map(({ name, sure, acts }) => {
    const calls = unique(acts.map(({ call }) => call))
    const who = sightingsText(acts.flatMap(({ sightings }) => sightings))
    return { capability: name, why: `${few(calls, 2)} was called in a clone: ${who}.`, guessed: !sure }
  })
}

/** Ambient and file capabilities. If the bounding set lacks them, the program starts without them or not at all. */
function fromFiles(facts: Facts): Need[] {
  const ambient = words(facts, 'AmbientCapabilities').map((name) =>
    need(bare(name), `AmbientCapabilities= of the unit gives ${name}.`),
  )
  const files = facts.executables.flatMap(({ path, fileCapabilities }) =>
    namesIn(fileCapabilities).map((name) => need(bare(name), `${path} carries the file capability ${name}.`)),
  )
  return [...ambient, ...files]
}

/** "cap_net_raw,cap_net_admin=ep" → its names (cap_from_text(3)). */
export function namesIn(fileCapabilities: string): string[] {
  return fileCapabilities.match(/cap_[a-z_]+/g) ?? []
}

function heldByWorkers(facts: Facts): Need[] {
  return unprivileged(facts).flatMap((process) =>
    process.capabilities.effective.map((name) => need(bare(name), `${called(process)} holds it in effect.`)),
  )
}

/** A root process beside processes of other users starts them, watches them and manages their files. */
function fromMaster(facts: Facts): Need[] {
  const master = rootProcesses(facts)[0]
  const worker = unprivileged(facts)[0]
  if (!master || !worker) return []
  const switches = `${called(master)} runs as root beside ${called(worker)}: it changes user.`
  return [
    need('setuid', switches),
    need('setgid', switches),
    guess('kill', `${called(master)} runs as root and may need to signal ${called(worker)}.`),
    ...fromForeignFiles(facts, master),
    ...fromStartScript(facts),
    ...(startsSessions(facts)
      ? FOR_SESSIONS.map((name) =>
          guess(name, `${called(master)} starts processes of several users or sessions.`),
        )
      : []),
  ]
}

/** Root beside no worker: what it writes may still be another account's. */
function fromLoneRoot(facts: Facts): Need[] {
  const root = rootProcesses(facts)[0]
  if (root === undefined || unprivileged(facts).length > 0) return []
  return fromForeignFiles(facts, root)
}

/** What its configuration has it do one day: to become an account that it names, and to go where that one may. */
function fromNames(facts: Facts): Need[] {
  const accounts = foreignAccounts(facts)
  const homes = hasRights(facts) ? namedThings(facts, 'home') : []
  const perJob = switchesPerJob(facts)
  const why = accounts.length > 0 ? `${namedText(accounts)}.` : perJob
  const switching = why === undefined ? [] : [need('setuid', why), need('setgid', why)]
  // Whoever becomes another user and can change its root directory does both at once.
  const jail = why === undefined ? [] : imported(facts, 'chroot')
  const beyond = homes.length > 0 ? `${namedText(homes)}.` : accounts.length > 0 ? why : undefined
  return [
    ...switching,
    ...fromPasswords(facts),
    ...(jail.length > 0 ? [need('sys_chroot', `${why} It calls chroot.`)] : []),
    ...(beyond === undefined || !isAllRoot(facts) ? [] : [need('dac_read_search', beyond)]),
  ]
}

/** Whoever logs in is served by a process that becomes that user, and goes where that one may. */
function fromPasswords(facts: Facts): Need[] {
  const checker = passwordChecker(facts)
  if (checker === undefined) return []
  const jail = imported(facts, 'chroot').length > 0 ? ['sys_chroot'] : []
  const names = ['audit_write', 'dac_read_search', 'setgid', 'setuid', ...jail]
  return names.map((name) => need(name, `${checksPasswords(checker)}.`))
}

/** Whether root starts processes of several users, or sessions. Nobody can see what people or jobs do in them. */
function startsSessions(facts: Facts): boolean {
  return sessionOpener(facts) !== undefined || workerUids(facts).length > 1
}

/** Whether a restart, a reload and a few requests can refute a guess. No rehearsal opens a session. */
export function canBeTried(facts: Facts, { capability, guessed }: Need): boolean {
  const ofSessions = FOR_SESSIONS.some((name) => capability === `cap_${name}`)
  return guessed && !(ofSessions && startsSessions(facts))
}

/**
 * A start script of a root master may create directories and give them to the workers. It has ended before hardenctl
 * looks.
 */
function fromStartScript(facts: Facts): Need[] {
  const script = facts.executables.find(({ kind, from }) => kind === 'script' && from.includes('exec'))
  return script
    ? [guess('chown', `${script.path} is a script that root runs: it may give directories to the workers.`)]
    : []
}

/** Without CAP_DAC_OVERRIDE, root needs the permission bits of a file like any user (capabilities(7)). */
function fromForeignFiles(facts: Facts, master: ProcessFacts): Need[] {
  const workers = workerUids(facts)
  const foreign = written(facts).filter(({ uid }) => uid !== 0)
  const owned = foreign.filter(({ uid }) => workers.includes(uid))
  return [
    ...(foreign.length === 0
      ? []
      : [guess('dac_override', `${called(master)} is root and ${paths(foreign)} belong to other users.`)]),
    ...(owned.length === 0
      ? []
      : [guess('chown', `${paths(owned)} belong to the workers: a root process may give files to them.`)]),
  ]
}

function paths(facts: readonly { path: string }[]): string {
  return few(
    facts.map(({ path }) => path),
    2,
  )
}

/** Things that a root process was seen doing and that take a capability. */
function fromActs(facts: Facts): Need[] {
  return [...facts.processes.flatMap((process) => processActs(facts, process)), ...socketActs(facts)]
}

function processActs(facts: Facts, process: ProcessFacts): Need[] {
  const needs: Need[] = []
  const who = called(process)
  if (process.root !== '/' && process.root !== '' && process.root !== setting(facts, 'RootDirectory')) {
    needs.push(need('sys_chroot', `${who} has ${process.root} as its root directory.`))
  }
  if (process.nice < 0 && String(process.nice) !== setting(facts, 'Nice')) {
    needs.push(need('sys_nice', `${who} runs with nice ${process.nice}.`))
  }
  if (isRealtime(process) && !setting(facts, 'CPUSchedulingPolicy')?.startsWith(process.scheduling)) {
    needs.push(need('sys_nice', `${who} is scheduled as ${process.scheduling}.`))
  }
  for (const { path } of process.openFiles) {
    for (const [pattern, capability] of BY_DEVICE) {
      if (pattern.test(path)) needs.push(need(bare(capability), `${who} holds ${path} open.`))
    }
  }
  return needs
}

export function isRealtime({ scheduling }: ProcessFacts): boolean {
  return scheduling === 'fifo' || scheduling === 'rr' || scheduling === 'deadline'
}

function socketActs(facts: Facts): Need[] {
  const byRoot = (pids: number[]) =>
    facts.processes.some((process) => pids.includes(process.pid) && isRoot(process))
  return facts.sockets.flatMap(({ family, type, pids }) => {
    if (family === 'AF_PACKET' || type === 'raw') {
      if (family === 'AF_NETLINK') return byRoot(pids) ? [netlink(pids)] : []
      return [need('net_raw', `A ${family} socket of type ${type} is open in pid ${pids.join(', ')}.`)]
    }
    return family === 'AF_NETLINK' && byRoot(pids) ? [netlink(pids)] : []
  })
}

/** Listening on netlink takes no capability, but changing the network does. From outside both look the same. */
function netlink(pids: number[]): Need {
  return guess(
    'net_admin',
    `A netlink socket is open in root's pid ${pids.join(', ')}: it may configure the network.`,
  )
}

function bare(name: string): string {
  return name.toLowerCase().replace(/^cap_/, '')
}

function need(name: string, why: string): Need {
  return { capability: `cap_${name}`, why, guessed: false }
}

function guess(name: string, why: string): Need {
  return { capability: `cap_${name}`, why, guessed: true }
}

/** The bounding set in force: from the unit, or else from the main process. */
export function boundingSet(facts: Facts): readonly string[] {
  const shown = facts.unit.properties.CapabilityBoundingSet
  if (shown !== undefined) return words(facts, 'CapabilityBoundingSet').map((name) => name.toLowerCase())
  return mainProcess(facts)?.capabilities.bounding ?? ALL_CAPABILITIES
}
