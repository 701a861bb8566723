import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { Account, LogrotateFact, ProcessFacts, WritableFact } from '../facts.ts'

/** Users out of passwd(5) lines. Lines of another shape are left out. */
export function parsePasswd(text: string): Account[] {
  return rows(text, 7).map(([name = '', , uid, gid]) => ({
    kind: 'user',
    name,
    id: Number(uid),
    gid: Number(gid),
  }))
}

/** Homes of these user ids out of passwd(5) lines. */
export function homesOf(text: string, uids: ReadonlySet<number>): string[] {
  return rows(text, 7).flatMap(([, , uid, , , home = '']) => (uids.has(Number(uid)) ? [home] : []))
}

/** Homes out of passwd(5) lines. */
export function parseHomes(text: string): string[] {
  return rows(text, 7).map(([, , , , , home = '']) => home)
}

/** Groups out of group(5) lines. */
export function parseGroup(text: string): Account[] {
  return rows(text, 4).map(([name = '', , gid]) => ({ kind: 'group', name, id: Number(gid) }))
}

function rows(text: string, columns: number): string[][] {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .filter((row) => row.length === columns && row[0] !== '' && /^\d+$/.test(row[2] ?? ''))
}

/** Names and ids, as getent(1) takes both. */
export interface AccountKeys {
  users: Set<string>
  groups: Set<string>
}

/** Accounts that processes, files, logrotate and User=, Group=, SupplementaryGroups= name. */
export function keysOfAccounts(
  properties: Readonly<Record<string, string[]>>,
  processes: readonly ProcessFacts[],
  writable: readonly WritableFact[],
  logrotate: readonly LogrotateFact[],
): AccountKeys {
  const listed = (key: string) => (properties[key] ?? []).flatMap((value) => value.split(' '))
  const users = [
    ...listed('User'),
    ...processes.flatMap(({ uid }) => Object.values(uid)),
    ...writable.map(({ uid }) => uid),
    ...logrotate.flatMap(({ create, su }) => [create?.owner, su?.owner]),
  ]
  const groups = [
    ...listed('Group'),
    ...listed('SupplementaryGroups'),
    ...processes.flatMap(({ gid, groups: more }) => [...Object.values(gid), ...more]),
    ...writable.map(({ gid }) => gid),
    ...logrotate.flatMap(({ create, su }) => [create?.group, su?.group]),
  ]
  return { users: keys(users), groups: keys(groups) }
}

function keys(found: readonly (string | number | undefined)[]): Set<string> {
  return new Set(found.map((key) => String(key ?? '')).filter((key) => key !== '' && key !== '[not set]'))
}

/** Looks the accounts up where the machine keeps them (nsswitch.conf(5)); one that does not exist is left out. */
export async function readAccounts(host: Host, wanted: AccountKeys, gaps: BlindSpots): Promise<Account[]> {
  const users = parsePasswd(await getent(host, 'passwd', wanted.users, gaps))
  const primary = users.map(({ gid }) => String(gid))
  const groups = parseGroup(await getent(host, 'group', new Set([...wanted.groups, ...primary]), gaps))
  return [...unique(users), ...unique(groups)]
}

/** Exit status 2 only says that one of the keys is unknown. */
async function getent(
  host: Host,
  database: 'passwd' | 'group',
  wanted: ReadonlySet<string>,
  gaps: BlindSpots,
): Promise<string> {
  if (wanted.size === 0) return ''
  const result = await orBlindSpot(
    gaps,
    `The ${database} database`,
    host.run(['getent', database, '--', ...wanted]),
  )
  if (result?.exitCode === undefined) gaps.add(`getent could not read the ${database} database`)
  return result?.stdout ?? ''
}

function unique(accounts: readonly Account[]): Account[] {
  const byName = new Map(accounts.map((account) => [account.name, account]))
  return [...byName.values()].sort((a, b) => a.id - b.id)
}
