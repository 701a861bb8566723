import { basename, dirname } from 'node:path/posix'
import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { mapFew } from '../blind-spots.ts'
import type { HelperProgram } from '../reach-facts.ts'
import { importedNames } from './elf-imports.ts'

/** Where packages have programs that others start: file-hierarchy(7). Not in a longer path, nor in part. */
const PROGRAM = /(?<![\w/.%-])\/usr\/(?:lib|libexec|s?bin)\/(?:[\w+-][\w.+-]*\/)*[\w+-][\w.+-]*(?![\w/%])/g
const MAX_NAMES = 200
const MAX_BYTES = 16 * 1024 * 1024
const [SETID, EXECUTABLE] = [0o6000, 0o111]

/** Calls of which a filter may hold no one's by default: the groups @resources and @chown of systemd.exec(5). */
const CALLS: Record<string, readonly string[]> = {
  '@resources': [
    ...['nice', 'sched_setaffinity', 'sched_setparam', 'sched_setscheduler', 'setpriority', 'setrlimit'],
    ...['pthread_setaffinity_np', 'pthread_setschedparam'],
  ],
  '@chown': ['chown', 'fchown', 'fchownat', 'lchown'],
}

/** Programs of packages that a program or library names in its text. */
export function programsInText(text: string): string[] {
  return [...new Set(text.match(PROGRAM) ?? [])]
    .filter((path) => !/\.(?:so|py|js|conf|cf)\b/.test(path))
    .slice(0, MAX_NAMES)
}

/** The first word of a program's name, which those of one package share: "kea" of kea-lfc. */
export function family(path: string): string {
  return basename(path).split(/[-_.\d]/)[0] ?? ''
}

/** Whether both are programs of one package, by their names or by a folder of their own. */
export function areOfOneFamily(one: string, other: string): boolean {
  const folder = dirname(one)
  if (folder === dirname(other) && !/\/s?bin$/.test(folder)) return true
  return family(one).length > 2 && family(one) === family(other)
}

/** A program or library, and what it names. */
export interface Naming {
  by: string
  names: readonly string[]
  /** By its own program, and not by a library that others have too. */
  isOwn: boolean
}

/**
 * Those of the named programs that are there and need more than what starts them: setuid or setgid ones that its own
 * programs name, and ones of its family that call what a filter may deny. `programs`: what runs.
 */
export async function readHelpers(
  host: Host,
  named: readonly Naming[],
  programs: readonly string[],
): Promise<HelperProgram[]> {
  const firsts = new Map<string, Naming>()
  for (const one of named.toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn)))
    for (const path of one.names) if (!firsts.has(path) && !programs.includes(path)) firsts.set(path, one)
  const found = await mapFew([...firsts], async ([path, { by, isOwn }]): Promise<HelperProgram[]> => {
    const stat = await host.stat(path).catch(orElse(undefined))
    if (stat === undefined || stat.kind !== 'file' || (stat.mode & EXECUTABLE) === 0) return []
    const privileged = isOwn && (stat.mode & SETID) !== 0
    const bytes = programs.some((one) => areOfOneFamily(path, one))
      ? await host.readBytes(path, MAX_BYTES).catch(orElse(undefined))
      : undefined
    const imports = bytes === undefined ? undefined : importedNames(bytes)
    const groups = Object.keys(CALLS).filter((group) => CALLS[group]?.some((name) => imports?.has(name)))
    return privileged || groups.length > 0 ? [{ path, by, privileged, groups }] : []
  })
  return found.flat()
}
