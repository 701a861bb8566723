import { dirname } from 'node:path'
import type { Assignment, OwnershipWish } from '../../catalog/common/types.ts'
import { ExpectedError } from '../../host/errors.ts'
import type { FileStat, Host, Ownership } from '../../host/host.ts'
import type { Account } from '../../observe/facts.ts'
import { readMounts } from '../../observe/proc/mounts.ts'
import { managedPaths } from '../../systemd/settings/managed-directories.ts'

/** What a file was before it was touched; enough to give it back. */
export interface OwnershipRecord extends Ownership {
  /** Links followed: no component is a link. */
  path: string
  kind: 'file' | 'directory'
  inode: string
  device: string
  /** User ids that trials handed it to; not there in a record of an older hardenctl. */
  given?: number[] | undefined
}

export interface OwnershipChange {
  before: OwnershipRecord
  after: Ownership
}

class OwnershipError extends ExpectedError {
  override name = 'OwnershipError'
}

/** A larger tree holds data, not logs; only the administrator may decide to change its owner. */
const MAX_RECORDS = 20_000

/** Absolute paths of the directories that the assignments have systemd manage. */
export function managedDirectories(assignments: readonly Assignment[]): string[] {
  return assignments.flatMap(({ key, value }) => managedPaths(key, value.split(/\s+/).filter(Boolean)))
}

function record(path: string, stat: FileStat): OwnershipRecord | undefined {
  if (stat.kind !== 'file' && stat.kind !== 'directory') return undefined
  const { kind, uid, gid, mode, inode, device } = stat
  return { path, kind, uid, gid, mode, inode, device }
}

/**
 * A tree's records, parents first. Never crosses into what is mounted in it, and follows no link. Device numbers don't
 * tell: on an overlay files have other ones than their directories (overlayfs.rst, "Inode properties").
 */
async function recordTree(
  host: Host,
  top: string,
  mounted: ReadonlySet<string>,
  into: Map<string, OwnershipRecord>,
): Promise<void> {
  const stat = await host.stat(top)
  const own = stat && record(top, stat)
  if (own === undefined) return
  into.set(top, own)
  if (into.size > MAX_RECORDS) {
    throw new OwnershipError(`there are more than ${MAX_RECORDS} files to record below ${top}`)
  }
  if (own.kind !== 'directory') return
  for (const name of await host.list(top)) {
    const path = `${top}/${name}`
    const child = mounted.has(path) ? undefined : await host.stat(path)
    if (child === undefined) continue
    if (child.kind === 'directory') await recordTree(host, path, mounted, into)
    else {
      const leaf = record(path, child)
      if (leaf !== undefined) into.set(path, leaf)
    }
  }
}

/**
 * Records of everything whose owner or mode may change under a trial: the wishes, and what systemd's own directory
 * settings would change. A directory comes before its content.
 */
export async function recordOwnership(
  host: Host,
  wishes: readonly OwnershipWish[],
  assignments: readonly Assignment[],
): Promise<OwnershipRecord[]> {
  const records = new Map<string, OwnershipRecord>()
  const mounted = new Set((await readMounts(host)).map(({ point }) => point))
  for (const top of [...wishes.map(({ path }) => path), ...managedDirectories(assignments)]) {
    const real = await host.resolve(top)
    if (real !== undefined) await recordTree(host, real, mounted, records)
  }
  return [...records.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function idOf(accounts: readonly Account[], kind: Account['kind'], name: string): number {
  const account = accounts.find((one) => one.kind === kind && one.name === name)
  if (account === undefined) throw new OwnershipError(`there is no ${kind} ${name}`)
  return account.id
}

/** Wishes as changes of recorded files. A wish for a missing file is left out. */
export async function planOwnership(
  host: Host,
  wishes: readonly OwnershipWish[],
  records: readonly OwnershipRecord[],
  accounts: readonly Account[],
): Promise<OwnershipChange[]> {
  const changes: OwnershipChange[] = []
  for (const wish of wishes) {
    const real = await host.resolve(wish.path)
    const before = records.find(({ path }) => path === real)
    if (before === undefined) continue
    const after = {
      uid: idOf(accounts, 'user', wish.user),
      gid: wish.group === undefined ? before.gid : idOf(accounts, 'group', wish.group),
      mode: wish.mode ?? before.mode,
    }
    if (after.uid !== before.uid || after.gid !== before.gid || after.mode !== before.mode) {
      changes.push({ before, after })
    }
  }
  return changes
}

/**
 * User ids that a trial hands files to: of the wishes, and of the account that systemd hands its directories to, which
 * is that of User= among the assignments, or else `present`, the unit's own. Undefined where that can't be told.
 */
export function givenTo(
  wishes: readonly OwnershipWish[],
  assignments: readonly Assignment[],
  accounts: readonly Account[],
  present: string,
): number[] | undefined {
  const manager = assignments.findLast(({ key }) => key === 'User')?.value ?? present
  const names = [
    ...wishes.map(({ user }) => user),
    ...(managedDirectories(assignments).length > 0 ? [manager] : []),
  ]
  const ids = [...new Set(names)].map((name) => {
    if (name === '') return 0
    if (/^\d+$/.test(name)) return Number(name)
    return accounts.find((one) => one.kind === 'user' && one.name === name)?.id
  })
  return ids.every((id) => id !== undefined) ? ids : undefined
}

/**
 * What a file that is now as `now` says is to become, or undefined where it is to be left alone: the rules of the undo
 * script, give-back.ts. What root owns goes to nobody else unless a trial took the same inode for root; another inode
 * must be the account's that the trial gave; and no file gets a bit back that makes it run as its owner, since whoever
 * had it meanwhile may have written to it.
 */
export function givenBack(was: OwnershipRecord, now: FileStat): Ownership | undefined {
  const { kind, uid, gid, mode, given } = was
  if (now.kind !== kind || (now.uid === uid && now.gid === gid && now.mode === mode)) return undefined
  const same = now.inode === was.inode && now.device === was.device
  const alone = kind === 'directory' || now.links === 1
  const mayChange =
    now.uid === 0
      ? same && (uid === 0 || (given?.includes(0) === true && alone))
      : same ||
        ((given === undefined || given.includes(now.uid)) && alone && (kind === 'directory' || mode <= 0o777))
  const wanted = { uid, gid, mode: kind === 'file' ? mode & 0o777 : mode }
  const isThere = now.uid === uid && now.gid === gid && now.mode === wanted.mode
  return mayChange && !isThere ? wanted : undefined
}

/**
 * The changes that give files back as they were recorded, with a record of each as it is now; one that is to be left alone
 * is not among them.
 */
export async function planGiveBack(
  host: Host,
  records: readonly OwnershipRecord[],
): Promise<OwnershipChange[]> {
  const changes: OwnershipChange[] = []
  for (const was of records) {
    const stat = await host.stat(was.path)
    const now = stat && record(was.path, stat)
    const after = stat && givenBack(was, stat)
    if (now !== undefined && after !== undefined)
      changes.push({ before: { ...now, given: [after.uid] }, after })
  }
  return changes
}

/** Files before the directories they are in: once a directory is the service's, its user could swap what it holds. */
export async function handOver(host: Host, changes: readonly OwnershipChange[]): Promise<void> {
  const depth = (path: string) => path.split('/').length
  const order = [...changes].sort((a, b) => depth(b.before.path) - depth(a.before.path))
  for (const { before, after } of order) {
    const stat = await host.stat(before.path)
    if (stat === undefined) throw new OwnershipError(`${before.path} is gone from ${dirname(before.path)}`)
    await host.changeOwner(before.path, { ...stat, inode: before.inode, device: before.device }, after)
  }
}
