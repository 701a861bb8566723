import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, mapFew } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import { searchProgram } from '../files/executables.ts'
import { parseInterpreterLine } from '../files/interpreter-line.ts'
import { readProgramDoes } from '../files/named-program.ts'
import { isOfPackages } from '../files/of-packages.ts'
import { isOpenToAll } from '../files/open-to-all.ts'
import type { NamedThing } from '../reach-facts.ts'
import { configurationFiles, configurationText, givenWords } from './configuration.ts'
import { existing, folderToWrite } from './named-paths.ts'
import { accountsOfArguments, type NamedWords, namedWords } from './named-words.ts'
import { isProgram, programsBeside } from './programs-beside.ts'

const GIVEN = 'its command line or environment'
const MAX_NAMED = 100
/** Paths that are looked at, of those that stand in configuration files. */
const MAX_PATHS = 1000
/** A file that others find by its name, so that it is not the service's alone. */
const TEMPORARY = /^\/(?:var\/)?tmp\/./
/** Enough for a "#!" line. */
const HEAD_BYTES = 256

/**
 * What configuration and arguments name and what is there: programs, homes, folders and files that may be written,
 * devices, machines and accounts, and files that others may look for in /tmp. `packaged`: what the packages of its
 * programs brought.
 */
export async function namedThings(
  host: Host,
  facts: Facts,
  packaged: readonly string[],
  accounts: ReadonlySet<string>,
  gaps: BlindSpots,
): Promise<NamedThing[]> {
  // What its scripts are read by runs other scripts as well.
  const started = facts.executables.filter(({ from }) => from.some((one) => one !== 'interpreter'))
  const own = new Set([
    ...started.flatMap(({ path, alsoNamed = [] }) => [path, ...alsoNamed]),
    ...facts.processes.map(({ executable }) => executable),
  ])
  const found = new Map<string, NamedThing>()
  const add = (thing: NamedThing) => {
    const key = `${thing.kind} ${thing.name}`
    if (found.size < MAX_NAMED && !found.has(key)) found.set(key, thing)
  }
  const addAccount = (name: string, where: string) => {
    if (name !== 'root' && accounts.has(name)) add({ kind: 'account', name, where })
  }
  for (const { argv, name } of facts.processes)
    for (const account of accountsOfArguments(argv)) addAccount(account, `the command line of ${name}`)
  const given = await givenWords(host, facts, gaps)
  for (const name of given.hosts) add({ kind: 'host', name, where: GIVEN })
  for (const name of given.kept) add({ kind: 'temporary', name, where: GIVEN })
  if (given.everything) add({ kind: 'everything', name: '/', where: 'its command line' })
  for (const path of new Set(given.paths)) {
    // A configuration names it for what it says of each home.
    if (path === '/home') add({ kind: 'home', name: path, where: GIVEN })
    const things = await existing(host, facts, path, GIVEN, gaps)
    // A program among them may be a script that it was given, or itself.
    const isOther = given.further.includes(path) && !own.has(path)
    for (const thing of things) {
      const isStarted = isOther && !own.has(thing.name) && (await isProgram(host, thing.name))
      if (thing.kind !== 'program' || isStarted) add(thing)
    }
  }
  const looked = new Set<string>()
  const files = await configurationFiles(host, facts, packaged, gaps)
  for (const file of files) {
    const text = await configurationText(host, file, gaps)
    if (text === undefined) continue
    const words = namedWords(text)
    for (const name of words.accounts) addAccount(name, file)
    for (const name of words.hosts) add({ kind: 'host', name, where: file })
    if (words.everything) add({ kind: 'everything', name: '/', where: file })
    if (words.homes) add({ kind: 'home', name: '/home', where: file })
    for (const name of words.homeFiles) add({ kind: 'home-file', name, where: file })
    for (const name of words.kept) add({ kind: 'temporary', name, where: file })
    const called = await calledBy(host, words)
    for (const path of new Set([...words.paths, ...called])) {
      if (TEMPORARY.test(path)) add({ kind: 'temporary', name: path, where: file })
      if (looked.size >= MAX_PATHS || looked.has(path) || own.has(path)) continue
      looked.add(path)
      const things = await existing(host, facts, path, file, gaps)
      const isCommand = words.commands.includes(path) || called.includes(path)
      for (const thing of things)
        if (!own.has(thing.name))
          add(isCommand && thing.kind === 'program' ? { ...thing, command: true } : thing)
    }
  }
  for (const thing of await programsBeside(host, files, gaps)) if (!own.has(thing.name)) add(thing)
  // Last, since a folder that it was told to use is more than one that it works in.
  for (const folder of new Set(given.folders)) {
    const real = await folderToWrite(host, facts, folder, gaps)
    if (real !== undefined)
      add({ kind: 'folder', name: real, where: 'its working directory', workplace: true })
  }
  return mapFew([...found.values()], async (thing) =>
    withOpen(host, await withProgram(host, thing, gaps), gaps),
  )
}

/** The paths of what keys for commands are set to. */
async function calledBy(host: Host, { called }: NamedWords): Promise<string[]> {
  return (await mapFew(called, (name) => searchProgram(host, name))).filter((path) => path !== undefined)
}

async function withProgram(host: Host, thing: NamedThing, gaps: BlindSpots): Promise<NamedThing> {
  if (thing.command !== true) return withScript(host, thing)
  return { ...(await withScript(host, thing)), ...(await readProgramDoes(host, thing.name, gaps)) }
}

async function withScript(host: Host, thing: NamedThing): Promise<NamedThing> {
  if (thing.kind !== 'program' || isOfPackages(thing.name)) return thing
  const head = await host.readBytes(thing.name, HEAD_BYTES).catch(orElse(undefined))
  return head && parseInterpreterLine(head) ? { ...thing, script: true } : thing
}

async function withOpen(host: Host, thing: NamedThing, gaps: BlindSpots): Promise<NamedThing> {
  const isOpen = thing.kind === 'folder' && (await isOpenToAll(host, thing.name, gaps))
  return isOpen ? { ...thing, open: true } : thing
}
