import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { isBelow, isBelowAny } from '../../host/paths.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import { namedWords, namesRoot, unique } from './named-words.ts'
import { isSettingsFile, settingsFolder } from './settings-file.ts'

/** More than any configuration that a person wrote; longer files are lists and data. */
const MAX_BYTES = 256 * 1024
const MAX_FILES = 200
const FIND_TIMEOUT_MS = 5000

/** Every program reads these, so that they tell nothing of one: files of the C library, PAM, TLS and the system. */
const EVERYBODYS =
  /^\/etc\/(?:adjtime|alternatives|apparmor|bash|ca-certificates|cron|crypto-policies|dbus|environment|fonts|fstab|gai\.conf|group|gshadow|gss|host\.conf|hostname|hosts|init\.d|inputrc|issue|krb5|ld\.so|letsencrypt|locale|localtime|logcheck|login\.defs|logrotate|machine-id|magic|mime|motd|mtab|netconfig|networks|nsswitch\.conf|os-release|pam|passwd|pki|profile|protocols|rc\d|resolv\.conf|rpc|rsyslog|securetty|security|selinux|services|shadow|shells|skel|ssl|sub[gu]id|sudo|sysctl|systemd|timezone|tmpfiles|ucf|udev|ufw|xattr)/
/** Folders to which each package adds a file of its own: of these, what lies beside tells nothing of a service. */
const OF_ALL = /^\/etc\/(?:conf\.d|default|sysconfig)$/
/** Keys, certificates and the like hold no names that a service would start. */
const NO_TEXT = /\.(?:pem|key|crt|cer|p12|der|db|so|gz|bak|dpkg-\w+|rpm\w+)$/

function isOwn(path: string): boolean {
  return isBelow(path, '/etc') && path !== '/etc' && !EVERYBODYS.test(path) && !NO_TEXT.test(path)
}

/** "/etc/x" of a file below it that configures a service and not the machine. */
export function ownFolder(path: string): string | undefined {
  const folder = isOwn(path) ? /^\/etc\/[^/]+(?=\/)/.exec(path)?.[0] : undefined
  return folder === undefined || OF_ALL.test(folder) ? undefined : folder
}

/** What a service was told at its start. */
export interface GivenWords {
  paths: string[]
  /** Those of them that are no script that a process runs. */
  further: string[]
  /** Names or addresses of other machines. */
  hosts: string[]
  /** /tmp or /var/tmp, where one is the place of what it keeps. */
  kept: string[]
  /** Folders that its processes work in. */
  folders: string[]
  /** An argument is "/", or a key such as "root" is set to it. */
  everything: boolean
}

/** The command lines of its processes and Exec lines. */
function commandsOf({ processes, unit }: Facts): (readonly string[])[] {
  return [...processes, ...Object.values(unit.exec).flat()].map(({ argv }) => argv)
}

/** Paths in its arguments, and the files that its environment is read from. */
function argumentPaths(facts: Facts): string[] {
  const files = (facts.unit.properties.EnvironmentFiles ?? []).map((value) => value.replace(/ \(.*$/, ''))
  const words = commandsOf(facts).flatMap((argv) => argv.slice(1))
  return [...words, ...files].flatMap(pathsOf)
}

/**
 * Paths and machines in the arguments of its processes and Exec lines and in the variables of its main process, and the
 * files that its environment is read from. Other values, which may be secrets, are not kept.
 */
export async function givenWords(host: Host, facts: Facts, gaps: BlindSpots): Promise<GivenWords> {
  const variables = await variablesOf(host, facts, gaps)
  const folders = await Promise.all(
    facts.processes.map(({ pid }) =>
      orBlindSpot(gaps, `/proc/${pid}/cwd`, host.readlink(`/proc/${pid}/cwd`)),
    ),
  )
  const texts = [...commandsOf(facts).map((argv) => argv.join(' ')), ...variables]
  return {
    paths: [...argumentPaths(facts), ...variables.flatMap(pathsOf)],
    further: furtherPaths(facts),
    hosts: texts.flatMap((text) => namedWords(text).hosts),
    kept: texts.flatMap((text) => namedWords(text).kept),
    folders: folders.filter((folder) => folder !== undefined),
    everything: commandsOf(facts).some((argv) =>
      argv.slice(1).some((word) => word === '/' || namesRoot(word)),
    ),
  }
}

/** A word is a path, or "KEY=PATH", or "EXEC:PATH,more", or a command for a shell with paths in it. */
function pathsOf(word: string): string[] {
  if (/\s/.test(word)) return namedWords(word).paths
  const path = /(?:^|=)-?(\/\S+)$/.exec(word)?.[1]
  const parts = [...word.matchAll(/[:,](\/(?!\/)[^\s:,]+)/g)].map(([, part]) => part as string)
  return unique(path === undefined ? parts : [path, ...parts])
}

/**
 * Paths in arguments of its processes, less the first, which is the script of an interpreter. Commands that only prepare
 * a start name programs as files that they copy or give away.
 */
function furtherPaths({ processes }: Facts): string[] {
  return processes.flatMap(({ argv: [, ...words] }) => {
    const first = words.findIndex((word) => word.startsWith('/'))
    return words.filter((_, at) => at !== first).flatMap(pathsOf)
  })
}

/** "KEY=VALUE" of its main process. */
async function variablesOf(host: Host, { processes }: Facts, gaps: BlindSpots): Promise<string[]> {
  const main = processes.find(({ isMain }) => isMain)
  if (main === undefined) return []
  const path = `/proc/${main.pid}/environ`
  const variables = ((await orBlindSpot(gaps, path, host.read(path))) ?? '').split('\0')
  // A shell tells by these where it works.
  return variables.filter((variable) => variable !== '' && !/^(?:OLD)?PWD=/.test(variable))
}

async function found(host: Host, folders: readonly string[], gaps: BlindSpots): Promise<string[]> {
  if (folders.length === 0) return []
  const argv = ['find', ...folders, '-maxdepth', '4', '-type', 'f', '-size', '-512', '-print0']
  const result = await orBlindSpot(gaps, 'find', host.run(argv, { timeoutMs: FIND_TIMEOUT_MS }))
  return (result?.stdout ?? '').split('\0').filter(Boolean)
}

/** Folders of parts of a file that its arguments name, by custom: "/etc/x.d" for "/etc/x.conf". */
function partsOf(named: readonly string[]): string[] {
  return named
    .filter((path) => isBelow(path, '/etc') && !isOwn(path))
    .map((path) => `${path.replace(/\.[^./]*$/, '')}.d`)
}

/**
 * The files that configure a service: what it was traced reading below /etc and, where it was never traced, what its
 * arguments and its packages name there, with what lies beside; and files of settings that a program outside of the
 * packages has beside it. Files that every program reads are left out. `packaged`:
 * what the packages of its programs brought.
 */
export async function configurationFiles(
  host: Host,
  facts: Facts,
  packaged: readonly string[],
  gaps: BlindSpots,
): Promise<string[]> {
  const named = argumentPaths(facts)
  // A file that every package adds to is the service's own where its arguments name it.
  const parts = partsOf(named)
  const noted = (facts.learned?.noted ?? []).map(({ path }) => path)
  const isSetting = (path: string) => isOwn(path) || isBelowAny(path, parts) || isSettingsFile(path)
  const traced = noted.filter(isSetting)
  if (traced.length > 0) return [...new Set([...named, ...traced])].slice(0, MAX_FILES)
  const brought = packaged.filter(isOwn)
  const folders = [...named, ...brought].flatMap((path) => ownFolder(path) ?? [])
  const programs = [...facts.executables.map(({ path }) => path), ...named]
  const apart = programs.flatMap((path) => settingsFolder(path) ?? [])
  const beside = (await found(host, [...new Set([...folders, ...parts, ...apart])], gaps)).filter(isSetting)
  const inUse = await mapFew([...new Set([...brought, ...beside])], async (path) =>
    (await isSwitchedOff(host, path)) ? [] : [path],
  )
  return [...new Set([...named, ...inUse.flat()])].slice(0, MAX_FILES)
}

/** By custom a file of "x-available" is read where "x-enabled" has a link of its name. */
async function isSwitchedOff(host: Host, path: string): Promise<boolean> {
  const [, place, name] = /^(.*)-available\/([^/]+)$/.exec(path) ?? []
  if (place === undefined || name === undefined) return false
  const [folder, link] = await Promise.all(
    [`${place}-enabled`, `${place}-enabled/${name}`].map((one) => host.stat(one).catch(orElse(undefined))),
  )
  return folder !== undefined && link === undefined
}

/** Its text; undefined for what is no short text. */
export async function configurationText(
  host: Host,
  path: string,
  gaps: BlindSpots,
): Promise<string | undefined> {
  const bytes = await orBlindSpot(gaps, path, host.readBytes(path, MAX_BYTES + 1))
  if (bytes === undefined || bytes.length > MAX_BYTES || bytes.includes(0)) return undefined
  return Buffer.from(bytes).toString('utf8')
}
