import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import { importedNames } from './elf-imports.ts'

const MAX_ELF_BYTES = 64 * 1024 * 1024
const MAX_ELF_FILES = 30
/** resolver(3); the C library has them by two names. */
const RESOLVER = [
  'dn_expand',
  'res_mkquery',
  'res_nquery',
  'res_nsearch',
  'res_query',
  'res_search',
  'res_send',
]
/** Calls that tell what a program may come to do, each of a kind that some setting denies. */
export const TELLING_IMPORTS: Record<string, readonly string[]> = {
  'run-programs': [
    'execl',
    'execle',
    'execlp',
    'execv',
    'execve',
    'execvp',
    'execvpe',
    'fexecve',
    'popen',
    'posix_spawn',
    'posix_spawnp',
    'system',
  ],
  'act-as-others': [
    'initgroups',
    'setegid',
    'seteuid',
    'setfsuid',
    'setgid',
    'setgroups',
    'setregid',
    'setresgid',
    'setresuid',
    'setreuid',
    'setuid',
  ],
  chroot: ['chroot'],
  mount: ['mount', 'umount', 'umount2', 'fsopen', 'move_mount'],
  'list-interfaces': ['getifaddrs', 'if_nameindex'],
  'connect-out': ['connect'],
  'look-up': [
    'getaddrinfo',
    'gethostbyname',
    'gethostbyname2',
    'gethostbyname2_r',
    'gethostbyname_r',
    ...RESOLVER.flatMap((name) => [name, `__${name}`]),
  ],
  'write-execute': ['dlopen'],
}
const TELLING = new Set(Object.values(TELLING_IMPORTS).flat())

/** Libraries that lie straight in the system's folders are everybody's; those in folders below are its plug-ins. */
const COMMON_LIBRARY = /^(?:\/usr)?\/lib(?:32|64)?\/(?:[^/]+-linux-gnu[^/]*\/)?[^/]+$/

function elfPrograms({ executables }: Facts): string[] {
  return executables
    .filter(({ kind, from }) => kind === 'elf' && from.includes('running'))
    .map(({ path }) => path)
}

/** The telling calls that its programs and plug-ins import. */
export async function tellingImports(host: Host, facts: Facts, gaps: BlindSpots): Promise<string[]> {
  const programs = elfPrograms(facts)
  const plugins = facts.processes.flatMap(({ libraries }) => libraries)
  const files = [...programs, ...plugins.filter((path) => !COMMON_LIBRARY.test(path))]
  const names = new Set<string>()
  for (const file of [...new Set(files)].slice(0, MAX_ELF_FILES)) {
    const bytes = await orBlindSpot(gaps, file, host.readBytes(file, MAX_ELF_BYTES))
    for (const name of (bytes && importedNames(bytes)) ?? []) if (TELLING.has(name)) names.add(name)
  }
  return [...names].sort()
}

/** Of proc(5), what tells of the whole machine. One or two of them are read by who sizes itself by the machine. */
const OF_MACHINE = [
  'diskstats',
  'loadavg',
  'mdstat',
  'meminfo',
  'net/dev',
  'net/snmp',
  '/proc/partitions',
  'slabinfo',
  'sockstat',
  'softirqs',
  'vmstat',
]
const MIN_OF_MACHINE = 3
const MAX_LIBRARIES = 60

/** Whether a program or library names enough of the machine's files to be there for telling of them. */
export function tellsOfMachine(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return text.includes('/proc') && OF_MACHINE.filter((name) => text.includes(name)).length >= MIN_OF_MACHINE
}

/** Programs and libraries at work that are there for telling of the whole machine. */
export async function monitorsAtWork(host: Host, facts: Facts, gaps: BlindSpots): Promise<string[]> {
  const libraries = facts.processes.flatMap((process) => process.libraries)
  const files = [
    ...elfPrograms(facts).slice(0, MAX_ELF_FILES),
    ...[...new Set(libraries)].slice(0, MAX_LIBRARIES),
  ]
  const found: string[] = []
  for (const file of files) {
    const bytes = await orBlindSpot(gaps, file, host.readBytes(file, MAX_ELF_BYTES))
    if (bytes !== undefined && tellsOfMachine(bytes)) found.push(file)
  }
  return found
}
