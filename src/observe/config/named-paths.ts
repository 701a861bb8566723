import { dirname } from 'node:path/posix'
import type { FileStat, Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import { isHarmlessDevice, isPluggable } from '../files/devices.ts'
import { keepsRoot, mayServeLogins } from '../proc/rights.ts'
import type { NamedThing } from '../reach-facts.ts'
import { hasPrograms } from './folders-with-programs.ts'

const HOME = /^\/(?:home|root)\/[^/]/
/** Names of libraries, which are mapped and not started, and of files that nobody starts. */
const NO_PROGRAM = /\.so(?:\.|$)|^\/etc\/init\.d\/|^\/dev\/|^\/proc\/|^\/sys\//
const SETUID = 0o4000
const SETGID = 0o2000

/**
 * No service keeps its data there, or every service does (hier(7)); links are followed before. A folder such as /srv is
 * one service's if it names it.
 */
const SYSTEM_FOLDER =
  /^\/(?:$|(?:bin|boot|dev|efi|etc|lib\w*|proc|run|sbin|sys|tmp|usr)(?:\/|$)|var\/(?:run|tmp)(?:\/|$)|(?:home|root|var)$|var\/(?:backups|cache|lib|local|lock|log|opt|spool)$)/
/** Programs in these folders are of all kinds. */
const MIXED_FOLDER = /^\/(?:media|mnt|opt|srv|var\/[^/]+)$/

/** No service keeps a file there that it writes, or its folder is the one that counts. */
const SYSTEM_TREE = /^\/(?:bin|boot|dev|efi|etc|lib\w*|proc|run|sbin|sys|tmp|usr|var\/(?:run|tmp))\//
/** Programs for an interpreter, settings and keys: a service reads them. */
const NO_DATA =
  /\.(?:[cm]?[jt]s|py|pl|rb|php|lua|jar|war|sh|conf|cfg|cnf|ini|json|xml|ya?ml|toml|properties|env|pem|key|crt)$/

/** What tells as whom it may write. */
type Service = Pick<Facts, 'processes' | 'pamServices'>

/**
 * Whether a process could write there by owner, group and mode. Only a service that is all root is asked as root; one
 * that acts as whoever logs in may become the owner, who need not be a person: one account often has the files of all.
 */
function mayWrite(service: Service, { uid, gid, mode }: FileStat): boolean {
  const { processes } = service
  const allRoot = processes.every(keepsRoot)
  if (uid !== 0 && mayServeLogins(service)) return true
  return processes.some((process) => {
    if (keepsRoot(process)) return allRoot
    if (process.uid.effective === uid) return (mode & 0o200) !== 0
    if (process.gid.effective === gid || process.groups.includes(gid)) return (mode & 0o020) !== 0
    return (mode & 0o002) !== 0
  })
}

/** The real path of a folder that is there, if its processes may write into it and it is not everybody's. */
export async function folderToWrite(
  host: Host,
  service: Service,
  path: string,
  gaps: BlindSpots,
): Promise<string | undefined> {
  if (SYSTEM_FOLDER.test(path)) return undefined
  const real = await orBlindSpot(gaps, path, host.resolve(path))
  if (real === undefined || SYSTEM_FOLDER.test(real)) return undefined
  const stat = await orBlindSpot(gaps, real, host.stat(real))
  return stat?.kind === 'directory' && mayWrite(service, stat) ? real : undefined
}

/** What a name leads to straight in a folder of everybody's, such as /srv/disk.img, where its folder does not count; and a device. */
function fileToUse(service: Service, real: string, stat: FileStat): 'file' | 'device' | undefined {
  if (stat.kind === 'char' || stat.kind === 'block') return isHarmlessDevice(real) ? undefined : 'device'
  const isData = stat.kind === 'file' && !SYSTEM_TREE.test(real) && !NO_DATA.test(real)
  return isData && mayWrite(service, stat) ? 'file' : undefined
}

/**
 * What a name leads to: a home, a program, a folder of programs, a device, or the folder in which the service may write
 * what is named, or the file itself where everybody's folder holds it.
 */
export async function existing(
  host: Host,
  service: Service,
  path: string,
  where: string,
  gaps: BlindSpots,
): Promise<NamedThing[]> {
  const real = await orBlindSpot(gaps, path, host.resolve(path))
  if (real === undefined && isPluggable(path)) return [{ kind: 'device', name: path, where }]
  const stat = real === undefined ? undefined : await orBlindSpot(gaps, real, host.stat(real))
  const isStarted = stat?.kind === 'file' && (stat.mode & 0o111) !== 0
  if (real !== undefined && HOME.test(real))
    return [{ kind: 'home', name: real, where }, ...(isStarted ? [asProgram(real, stat, where)] : [])]
  if (real === undefined || !isStarted) {
    const isFolder = real !== undefined && stat?.kind === 'directory'
    const within = dirname(path)
    // A file in a folder such as /srv tells of itself alone.
    const place = isFolder ? path : MIXED_FOLDER.test(within) ? undefined : within
    const folder = place === undefined ? undefined : await folderToWrite(host, service, place, gaps)
    const isOwn = isFolder && !SYSTEM_FOLDER.test(real) && !MIXED_FOLDER.test(real)
    const programs = isOwn && (await hasPrograms(host, service, real, gaps))
    const used = real === undefined || stat === undefined ? undefined : fileToUse(service, real, stat)
    if (real !== undefined && folder === undefined && used !== undefined)
      return [{ kind: used, name: real, where }]
    return [
      ...(folder === undefined ? [] : [{ kind: 'folder' as const, name: folder, where }]),
      ...(programs ? [{ kind: 'programs' as const, name: real, where }] : []),
    ]
  }
  return NO_PROGRAM.test(real) ? [] : [asProgram(real, stat, where)]
}

function asProgram(name: string, { mode }: FileStat, where: string): NamedThing {
  const privileged = (mode & (SETUID | SETGID)) !== 0
  return { kind: 'program', name, where, ...(privileged ? { privileged } : {}) }
}
