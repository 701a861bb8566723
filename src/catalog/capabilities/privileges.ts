import type { Facts, ProcessFacts } from '../../observe/facts.ts'
import { sightingsText } from '../../observe/trace/learned.ts'
import { capabilitiesUsed } from '../../observe/trace/learned-facts.ts'
import { ALL_CAPABILITIES } from '../../systemd/settings/settings-values.ts'
import { written } from '../common/places.ts'
import { few, unique } from '../common/proposal.ts'
import {
  called,
  mainProcess,
  portNumbers,
  privilegedPorts,
  rootProcesses,
  sessionOpener,
  unprivileged,
  workerUids,
} from '../common/roles.ts'
import { startsUnprivileged, words } from '../common/unit-settings.ts'
import { mayStartAny } from '../reach/reached.ts'
import { fromActs } from './capability-acts.ts'
import { bare, guess, type Need, namesIn, need } from './need.ts'
import { unseenNeeds } from './unseen-privileges.ts'

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
    ...ofProgramsStarted(facts),
    ...(startsUnprivileged(facts)
      ? []
      : [
          ...fromPorts(facts),
          ...fromMaster(facts),
          ...fromLoneRoot(facts),
          ...fromUnseenStart(facts),
          ...fromActs(facts),
          ...fromLearned(facts),
          ...unseenNeeds(facts),
        ]),
  ]
  const strongest = all.sort((a, b) => Number(a.guessed) - Number(b.guessed))
  const kept = unique(strongest.map(({ capability }) => capability))
  return kept.sort().flatMap((name) => all.find(({ capability }) => capability === name) ?? [])
}

/**
 * The kernel refuses to start a program whose capabilities are not in the bounding set: execve(2), EPERM. What a script
 * may start, nobody saw.
 */
function ofProgramsStarted(facts: Facts): Need[] {
  const why = mayStartAny(facts)
  if (why === undefined) return []
  return (facts.reach?.capable ?? []).flatMap(({ path, capabilities }) =>
    capabilities.map((name) => need(bare(name), `${path} has it, and would not start without. ${why}`)),
  )
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

/** Root that every process has given up, at a start that was not followed: it did as root what starts take. */
function fromUnseenStart(facts: Facts): Need[] {
  const left = leftRootUnseen(facts)
  if (left === undefined) return []
  const may = ['chown', 'dac_override', 'fowner', 'kill']
  return [need('setuid', left), need('setgid', left), ...may.map((name) => guess(name, left))]
}

/** A sentence for a service that starts as root and has no process of root, where no clone showed its start. */
export function leftRootUnseen(facts: Facts): string | undefined {
  const [first] = facts.processes
  if (first === undefined || startsUnprivileged(facts) || rootProcesses(facts).length > 0) return undefined
  if (facts.learned?.phases.includes('start')) return undefined
  return `It starts as root, and ${called(first)} and all others have given that up.`
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

/** The bounding set in force: from the unit, or else from the main process. */
export function boundingSet(facts: Facts): readonly string[] {
  const shown = facts.unit.properties.CapabilityBoundingSet
  if (shown !== undefined) return words(facts, 'CapabilityBoundingSet').map((name) => name.toLowerCase())
  return mainProcess(facts)?.capabilities.bounding ?? ALL_CAPABILITIES
}
