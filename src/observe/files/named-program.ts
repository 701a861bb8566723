import { basename } from 'node:path/posix'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import { callsOfGo, isOpaque } from './calls-by-itself.ts'
import { parseElf } from './elf.ts'
import { importedNames } from './elf-imports.ts'
import { librariesByLoader } from './loader-list.ts'
import { startsPrograms, TELLING_IMPORTS } from './telling-imports.ts'
import { MAX_ELF_BYTES, toldBy } from './telling-program.ts'

/** What a program that does not run would do for the service that starts it. */
export interface ProgramDoes {
  /** It starts other programs, or nobody can read what it calls. */
  starts?: true
  /** It finds machines by their names and connects. */
  connects?: true
}

/** Every program has these, which only define what others import. */
const C_LIBRARY = /^(?:libc|libm|libdl|libresolv|libpthread|ld-[\w-]+)\.so/

function isClient(imports: ReadonlySet<string>): boolean {
  return imports.has('connect') && (TELLING_IMPORTS['look-up'] ?? []).some((name) => imports.has(name))
}

/** By what the program and its libraries import; a script is none of these. */
export async function readProgramDoes(host: Host, path: string, gaps: BlindSpots): Promise<ProgramDoes> {
  const bytes = await orBlindSpot(gaps, path, host.readBytes(path, MAX_ELF_BYTES))
  const elf = bytes && parseElf(bytes)
  if (bytes === undefined || elf === undefined) return {}
  const own = importedNames(bytes)
  if (callsOfGo(bytes) !== undefined || isOpaque(bytes, own)) return { starts: true, connects: true }
  const libraries =
    elf.interpreter === undefined ? [] : await librariesByLoader(host, path, elf.interpreter, gaps)
  const all = new Set(own)
  for (const library of libraries.filter((file) => !C_LIBRARY.test(basename(file))))
    for (const name of (await toldBy(host, library, gaps))?.imports ?? []) all.add(name)
  return {
    ...(startsPrograms(own ?? []) ? { starts: true as const } : {}),
    ...(isClient(all) ? { connects: true as const } : {}),
  }
}
