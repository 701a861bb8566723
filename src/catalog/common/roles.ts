import { basename } from 'node:path/posix'
import type { Facts, ProcessFacts, SocketFacts } from '../../observe/facts.ts'
import { unique } from './proposal.ts'

/** "apache2 (pid 12, uid 33)": how evidence names a process. */
export function called({ name, pid, uid }: ProcessFacts): string {
  return `${name} (pid ${pid}, uid ${uid.effective})`
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

function mapsPam({ libraries }: ProcessFacts): boolean {
  return libraries.some((path) => /\/libpam\.so/.test(path))
}

function hasPamRules(facts: Facts, { executable }: ProcessFacts): boolean {
  return facts.pamServices?.includes(basename(executable)) === true
}

/**
 * A process that has libpam mapped, or PAM rules, and may change its user opens sessions for people or jobs (pam(8)).
 * Nobody can see what they will do. A process that may not change its user can only check a password.
 */
export function sessionOpener(facts: Facts): ProcessFacts | undefined {
  return facts.processes.find(
    (process) =>
      (isRoot(process) || process.capabilities.effective.includes('cap_setuid')) &&
      (mapsPam(process) || hasPamRules(facts, process)),
  )
}

/** "sshd (pid 12, uid 0) opens sessions (libpam is mapped)" */
export function opensSessions(process: ProcessFacts): string {
  return `${called(process)} opens sessions (${mapsPam(process) ? 'libpam is mapped' : 'PAM has rules for it'})`
}

/**
 * A process that lets people log in to the machine: it opens sessions and listens on the network. If it breaks, the
 * administrator may have no other way to repair it.
 */
export function remoteLogin(facts: Facts): ProcessFacts | undefined {
  const listens = facts.sockets.some((socket) => isInet(socket) && socket.state === 'listening')
  return listens ? sessionOpener(facts) : undefined
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
