import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { OWN_BYTE_ORDER } from '../../observe/proc/addresses.ts'
import { parseLinkTarget } from '../../observe/proc/open-files.ts'
import { SOCKET_TABLES, type SocketRow } from '../../observe/proc/socket-tables.ts'

/** Something of the machine that a service may talk to: a Unix path, or a port on a loopback address. */
export type ListenerAddress = { path: string } | { port: number }

export function endpointLabel(endpoint: ListenerAddress): string {
  return 'path' in endpoint ? endpoint.path : `port ${endpoint.port}`
}

function listensAt(row: SocketRow, endpoint: ListenerAddress): boolean {
  if (row.state !== 'listening') return false
  return 'path' in endpoint
    ? row.family === 'AF_UNIX' && row.address === endpoint.path
    : row.port === endpoint.port
}

async function listeningInodes(host: Host, endpoint: ListenerAddress): Promise<Set<string>> {
  const tables = await Promise.all(
    Object.entries(SOCKET_TABLES).map(async ([table, parse]) =>
      parse((await host.read(`/proc/1/net/${table}`)) ?? '', OWN_BYTE_ORDER),
    ),
  )
  return new Set(
    tables
      .flat()
      .filter((row) => listensAt(row, endpoint))
      .map(({ inode }) => inode),
  )
}

async function holds(host: Host, pid: string, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`
  const names = await host.list(folder).catch(orElse([]))
  const targets = await Promise.all(names.map((name) => host.readlink(`${folder}/${name}`)))
  return targets.some((target) => inodes.has(parseLinkTarget(target ?? '').inode ?? ''))
}

/** The service or scope in a process's cgroup path: cgroups(7), /proc/PID/cgroup. */
export function unitOfCgroup(text: string): string | undefined {
  const path = /^0::(.*)$/m.exec(text)?.[1] ?? /^\d+:name=systemd:(.*)$/m.exec(text)?.[1] ?? ''
  return path
    .split('/')
    .filter((part) => part.endsWith('.service'))
    .at(-1)
}

/** The service that listens there on this machine; undefined when nothing does, or nothing that is a service. */
export async function listenerUnit(host: Host, endpoint: ListenerAddress): Promise<string | undefined> {
  const inodes = await listeningInodes(host, endpoint)
  if (inodes.size === 0) return undefined
  const pids = (await host.list('/proc')).filter((name) => /^\d+$/.test(name) && name !== '1')
  for (const pid of pids) {
    if (!(await holds(host, pid, inodes))) continue
    const unit = unitOfCgroup((await host.read(`/proc/${pid}/cgroup`)) ?? '')
    if (unit !== undefined) return unit
  }
  return undefined
}
