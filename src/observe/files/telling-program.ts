import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import { callsOfGo, isOpaque } from './calls-by-itself.ts'
import { type DynamicNames, dynamicNames } from './elf-imports.ts'
import { evaluatesText } from './embedded-interpreters.ts'
import { programsInText } from './helper-programs.ts'
import { startsCgi, startsPrograms, TELLING, TELLING_IMPORTS } from './telling-imports.ts'
import {
  asText,
  MAILER,
  namesCgi,
  namesHomes,
  namesMailer,
  namesOfKernel,
  setsAttributesOfRoot,
  tellsOfMachine,
  tellsOfMounts,
  tellsOfStart,
} from './telling-texts.ts'

/** Larger files are not read as programs. */
export const MAX_ELF_BYTES = 64 * 1024 * 1024

/** What one program or library tells. */
export interface Told {
  /** The telling calls that it imports, or makes itself. */
  imports: readonly string[]
  /** Nobody can read what it calls. */
  isOpaque: boolean
  ofMachine: boolean
  ofMounts: boolean
  ofStart: boolean
  mails: boolean
  homes: boolean
  gateway: boolean
  findsAccounts: boolean
  kernel: string | undefined
  attributes: boolean
  /** It calls for other programs to be started. */
  starts: boolean
  /** What it wants and has, where it is an interpreter or a program that may have one. */
  dynamic: DynamicNames | undefined
  isInterpreter: boolean
  /** Programs of packages that it names. */
  names: readonly string[]
}

const ABOUT_MOUNTS = ['list-mounts', 'measure-mounts'].flatMap((group) => TELLING_IMPORTS[group] ?? [])

/** By the file that was read: the same libraries are at work in one service after another. */
const known = new WeakMap<Host, Map<string, Told>>()

/** Reads a program or library. */
export async function toldBy(host: Host, path: string, gaps: BlindSpots): Promise<Told | undefined> {
  const stat = await orBlindSpot(gaps, path, host.stat(path))
  if (stat === undefined) return undefined
  const files = known.get(host) ?? new Map<string, Told>()
  known.set(host, files)
  const key = `${stat.device} ${stat.inode} ${stat.size}`
  const before = files.get(key)
  if (before !== undefined) return before
  const bytes = await orBlindSpot(gaps, path, host.readBytes(path, MAX_ELF_BYTES))
  if (bytes === undefined) return undefined
  const [dynamic, ofGo] = [dynamicNames(bytes), callsOfGo(bytes)]
  const names = dynamic?.imported
  const isInterpreter = dynamic !== undefined && evaluatesText(dynamic)
  const imports = [...(names ?? []), ...(ofGo ?? [])].filter((name) => TELLING.has(name))
  const ofMounts = tellsOfMounts(bytes) || imports.some((name) => ABOUT_MOUNTS.includes(name))
  const told: Told = {
    imports,
    isOpaque: ofGo === undefined && isOpaque(bytes, names),
    ofMachine: tellsOfMachine(bytes),
    ofMounts,
    ofStart: tellsOfStart(bytes),
    mails: namesMailer(bytes),
    homes: namesHomes(bytes, names ?? []),
    gateway: namesCgi(bytes) || startsCgi(names ?? new Set()),
    findsAccounts: names?.has('getpwnam') === true || names?.has('getpwnam_r') === true,
    kernel: namesOfKernel(bytes),
    attributes: setsAttributesOfRoot(bytes, names ?? []),
    starts: startsPrograms(names ?? []),
    // Of all others nobody asks what they have for others, and it is much.
    dynamic: dynamic && (isInterpreter ? dynamic : { ...dynamic, exported: new Set<string>() }),
    isInterpreter,
    names: programsInText(asText(bytes).toString('latin1')).filter((name) => name !== MAILER),
  }
  files.set(key, told)
  return told
}
