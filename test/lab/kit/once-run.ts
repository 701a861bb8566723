import type { CommandResult } from './command.ts'
import { bootLab, type Lab, type LabWish } from './lab.ts'
import { exposureOf, leftovers } from './subjects.ts'

/** A service that is hardened in one restart, and a use of it that writes where it can. */
export interface OnceSubject {
  name: string
  unit: string
  wish: LabWish
  more?: readonly string[]
}

/** Debian's default cluster; its version is the suite's. */
function postgres(version: string): OnceSubject {
  return {
    name: 'postgresql',
    unit: `postgresql@${version}-main.service`,
    wish: { services: [`postgresql@${version}-main`] },
    more: [
      '--exercise',
      'psql -h 127.0.0.1 -U probe -d postgres -Atc "insert into seen values (1); select 1"',
    ],
  }
}

export const ONCE: Readonly<Record<string, readonly OnceSubject[]>> = {
  bookworm: [
    { name: 'apache2', unit: 'apache2.service', wish: { services: ['apache2'] } },
    { name: 'nginx', unit: 'nginx.service', wish: { services: ['nginx'] } },
    { name: 'redis-server', unit: 'redis-server.service', wish: { services: ['redis-server'] } },
    postgres('15'),
  ],
}

/** PID 1's message that a unit was started: systemd.journal-fields(7), SD_MESSAGE_UNIT_STARTED. */
const STARTED = '39f53479d3a045ac8e11786248231fbf'
/** SD_MESSAGE_UNIT_FAILED, and the one of a start that came to nothing. */
const FAILED = ['be02cf6855d2428ba40df7e9d022f03d', 'd9b373ed55a64feb8242e02dbe79a49c']

async function countOf(lab: Lab, unit: string, ids: readonly string[]): Promise<number> {
  const matches = ids.flatMap((id) => [`MESSAGE_ID=${id}`])
  const said = await lab.run(['journalctl', '-q', '--no-pager', '-o', 'cat', `UNIT=${unit}`, ...matches])
  return said.stdout.split('\n').filter(Boolean).length
}

export interface Starts {
  started: number
  failed: number
}

export async function startsOf(lab: Lab, unit: string): Promise<Starts> {
  return { started: await countOf(lab, unit, [STARTED]), failed: await countOf(lab, unit, FAILED) }
}

/** A role that may come without a password from this machine, and a table for it. */
export async function letProbeIn(lab: Lab): Promise<void> {
  const sql = 'create role probe login; create table seen (n int); grant all on seen to probe'
  const rule = '1i host postgres probe 127.0.0.1/32 trust'
  await lab.output(['sh', '-c', `sed -i '${rule}' /etc/postgresql/*/main/pg_hba.conf`])
  await lab.output(['su', 'postgres', '-c', `psql -qc "${sql}" -c "select pg_reload_conf()"`])
}

/** A walk, and what it meant for the live unit. */
export interface WatchedWalk {
  walk: CommandResult
  /** Exposure times ten. */
  before: number
  after: number
  /** Starts of the live unit that the walk made. */
  starts: Starts
}

/** `unit` with its type, as hardenctl is given it in `argv` with or without. */
export async function watchWalk(lab: Lab, unit: string, argv: readonly string[]): Promise<WatchedWalk> {
  const before = await exposureOf(lab, unit)
  const first = await startsOf(lab, unit)
  const walk = await lab.run(['hardenctl', ...argv], { timeoutMs: 900_000 })
  const last = await startsOf(lab, unit)
  const starts = { started: last.started - first.started, failed: last.failed - first.failed }
  return { walk, before, after: await exposureOf(lab, unit), starts }
}

/** How many stages the walk says that it kept. */
export function keptStages({ stdout }: CommandResult): number {
  return stdout.split('\n').filter((line) => /^ {2}[A-Z][A-Za-z ]+: kept,/.test(line)).length
}

export interface OnceResult extends WatchedWalk {
  left: string[]
}

export async function runOnce(
  lab: Lab,
  { unit, more = [] }: OnceSubject,
  argv: readonly string[] = ['--once'],
): Promise<OnceResult> {
  const watched = await watchWalk(lab, unit, [unit, '--yes', ...argv, ...more])
  return { ...watched, left: await leftovers(lab) }
}

export async function bootOnce({ name, wish }: OnceSubject, suite: string): Promise<Lab> {
  const lab = await bootLab({ ...wish, suite })
  if (name === 'postgresql') await letProbeIn(lab)
  return lab
}
