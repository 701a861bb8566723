import type { Facts, ProcessFacts, SocketFacts } from '../../observe/facts.ts'
import { hasRules, mapsPam, mayBecome } from '../../observe/proc/rights.ts'
import { unique } from './proposal.ts'

/** "apache2 (pid 12, uid 33)": how evidence names a process; one that was followed in a clone has no pid here. */
export function called({ name, pid, uid }: ProcessFacts): string {
  return pid === 0 ? `${name} (uid ${uid.effective})` : `${name} (pid ${pid}, uid ${uid.effective})`
}

export function mainProcess(facts: Facts): ProcessFacts | undefined {
  return facts.processes.find(({ isMain }) => isMain)
}

export function isRoot({ uid }: ProcessFacts): boolean {
  return uid.effective === 0
}

/** Processes that run as another user than root. */
export function unprivileged(facts: Facts): ProcessFacts[] {
  return facts.processes.filter((process) => !isRoot(process) && process.uid.real !== 0)
}

export function rootProcesses(facts: Facts): ProcessFacts[] {
  return facts.processes.filter(isRoot)
}

/** Uids of the workers of a root master, each once. */
export function workerUids(facts: Facts): number[] {
  return unique(unprivileged(facts).map(({ uid }) => uid.effective))
}

export function userName(facts: Facts, uid: number): string | undefined {
  return facts.accounts.find(({ kind, id }) => kind === 'user' && id === uid)?.name
}

export function groupName(facts: Facts, gid: number): string | undefined {
  return facts.accounts.find(({ kind, id }) => kind === 'group' && id === gid)?.name
}

export function isInet({ family }: SocketFacts): boolean {
  return family === 'AF_INET' || family === 'AF_INET6'
}

function listensOnNetwork(facts: Facts): boolean {
  return facts.sockets.some((socket) => isInet(socket) && socket.state === 'listening')
}

/** On the network, or on a Unix socket for the other programs of the machine. */
function listens(facts: Facts): boolean {
  return facts.sockets.some(({ family, state }) => family !== 'AF_NETLINK' && state === 'listening')
}

/**
 * Sockets on ports that only CAP_NET_BIND_SERVICE may take: below net.ipv4.ip_unprivileged_port_start, 1024 unless
 * changed (ip(7)). One that systemd holds was bound by systemd.
 */
export function privilegedPorts(facts: Facts): SocketFacts[] {
  const bound = (socket: SocketFacts) => socket.state === 'listening' || socket.type === 'datagram'
  return facts.sockets.filter(
    (socket) =>
      isInet(socket) && bound(socket) && socket.port > 0 && socket.port < 1024 && !socket.heldBySystemd,
  )
}

/** "80 and 443" */
export function portNumbers(sockets: readonly SocketFacts[]): string {
  const ports = unique(sockets.map(({ port }) => port)).sort((a, b) => a - b)
  return ports.length < 2 ? ports.join('') : `${ports.slice(0, -1).join(', ')} and ${ports.at(-1)}`
}

/** Ids of people, by the custom of login.defs(5); the last ones are nobody's. */
function isPerson({ uid }: ProcessFacts): boolean {
  return uid.effective >= 1000 && uid.effective < 65534
}

interface Opener {
  process: ProcessFacts
  why: string
  /** It leaves running what it starts, of which nobody saw anything. */
  mayBe?: true
}

/** Made at boot out of a script, with settings that all scripts get: systemd-sysv-generator(8), systemd.generator(7). */
function isGenerated({ unit }: Facts): boolean {
  return unit.fragment.startsWith('/run/systemd/generator')
}

/** What tells that a process starts programs that people or jobs choose. */
function openerOf(facts: Facts): Opener | undefined {
  const [first] = facts.processes
  const session = mainProcess(facts) ?? first
  if (session !== undefined && (facts.unit.properties.PAMName?.[0] ?? '') !== '')
    return { process: session, why: 'PAMName= opens a session for it' }
  const able = facts.processes.filter(mayBecome)
  const main = able.find(({ isMain }) => isMain) ?? able[0]
  if (main === undefined) return undefined
  const ruled = able.find((process) => hasRules(facts.sessionServices, process))
  if (ruled !== undefined && startsPrograms(facts))
    return { process: ruled, why: 'PAM has session rules for it' }
  // systemd.kill(5): what it started goes on when it is stopped, so it is not its own.
  if (facts.unit.properties.KillMode?.[0] === 'process' && !isGenerated(facts))
    return { process: main, why: 'KillMode=process leaves them running', mayBe: true }
  const mapping = able.find(mapsPam)
  if (mapping !== undefined && facts.processes.some(isPerson))
    return { process: mapping, why: 'libpam is mapped, and a person’s processes run in it' }
  const job = jobNamed(facts)
  return job === undefined ? undefined : { process: main, why: job }
}

/**
 * A file that names an account and a program to start as it. Where a person gave a use, a program that it started was
 * seen at work, and is no longer a job that nobody knows.
 */
function jobNamed(facts: Facts): string | undefined {
  const named = facts.reach?.named ?? []
  const own = new Set(facts.processes.map(({ uid }) => userName(facts, uid.effective)))
  const started = (facts.learned?.executed ?? []).filter(({ uses }) => uses.includes('execute'))
  const known = new Set(facts.given?.exercised === true ? started.map(({ path }) => path) : [])
  const unknown = named.filter(({ kind, name }) => kind === 'program' && !known.has(name))
  const accounts = named.filter(({ kind, name }) => kind === 'account' && !own.has(name))
  const pairs = accounts.map((account) => ({
    account,
    program: unknown.find(({ where }) => where === account.where),
  }))
  const pair = pairs.find(({ program }) => program !== undefined)
  return pair && `${pair.account.where} names ${pair.program?.name} and the account ${pair.account.name}`
}

/** Whether its programs can start others at all; where nobody looked, they may. */
function startsPrograms({ reach }: Facts): boolean {
  if (reach === undefined || reach.interpreters.length > 0) return true
  return (reach.opaque ?? []).length > 0 || reach.imports.some(isStart)
}

function isStart(call: string): boolean {
  return /^(?:f?exec|posix_spawn|popen|system)/.test(call)
}

/**
 * A process that starts programs which people or jobs choose: what they will do can't be seen now. One that only asks
 * whether a password is right, and then reads files as that user, starts none.
 */
export function sessionOpener(facts: Facts): ProcessFacts | undefined {
  return openerOf(facts)?.process
}

/** "sshd (pid 12, uid 0) opens sessions or starts jobs (PAM has session rules for it)" */
export function opensSessions(facts: Facts): string {
  const opener = openerOf(facts)
  if (opener === undefined) return ''
  const does = opener.mayBe ? 'may open sessions or start jobs' : 'opens sessions or starts jobs'
  return `${called(opener.process)} ${does} (${opener.why})`
}

/**
 * A process by which people get into the machine: it opens sessions by PAM and listens on the network. Where it breaks,
 * the administrator may have no other way to mend it.
 */
export function remoteLogin(facts: Facts): ProcessFacts | undefined {
  const opener = listensOnNetwork(facts) ? sessionOpener(facts) : undefined
  return opener && (hasRules(facts.pamServices, opener) || mapsPam(opener)) ? opener : undefined
}

/**
 * A process with root's rights that asks PAM for passwords and opens no session: it acts as whoever logs in. Its rules
 * often have another name than its program, so that one which links PAM and listens counts too: to people, or to
 * programs that have it check what people told them.
 */
export function passwordChecker(facts: Facts): ProcessFacts | undefined {
  if (sessionOpener(facts) !== undefined) return undefined
  const isAsked = listens(facts)
  const checks = (process: ProcessFacts) =>
    hasRules(facts.pamServices, process) || (isAsked && mapsPam(process))
  return facts.processes.find((process) => mayBecome(process) && checks(process))
}

/** "ftpd (pid 12, uid 0) asks PAM for passwords and serves whoever logs in" */
export function checksPasswords(process: ProcessFacts): string {
  return `${called(process)} asks PAM for passwords and serves whoever logs in`
}

/**
 * A process without rights that has a PAM module loaded, so it asks for passwords: pam_unix then starts unix_chkpwd,
 * which is setuid (pam_unix(8)). Many programs link the library alone and never use it.
 */
export function passwordAsker(facts: Facts): ProcessFacts | undefined {
  return facts.processes.find(({ libraries }) => libraries.some((path) => /\/pam_[a-z0-9]+\.so/.test(path)))
}

/** Evidence for a negative: it counts what was looked at. */
export function noProcess(facts: Facts, does: string): string[] {
  const count = facts.processes.length
  if (count === 0) return []
  return [`It does not ${does} (${count === 1 ? '1 process' : `${count} processes`} looked at).`]
}
