import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { Facts } from '../facts.ts'
import { isProgram } from './programs-beside.ts'

/** Deep enough for a site's folder of scripts, shallow enough for a tree of data. */
const PROGRAMS_DEPTH = '3'
const FIND_TIMEOUT_MS = 3000

/** More files are not looked into. */
const MAX_LOOKED_INTO = 100

async function foundBy(host: Host, argv: readonly string[], gaps: BlindSpots): Promise<string> {
  const found = await orBlindSpot(gaps, argv.join(' '), host.run(argv, { timeoutMs: FIND_TIMEOUT_MS }))
  return found?.stdout ?? ''
}

/** Server Side Includes (NCSA httpd): a page that has a command in it is a program. */
const COMMAND = '<!--#exec'
const MAX_PAGE = '-64k'

async function hasCommands(host: Host, path: string, gaps: BlindSpots): Promise<boolean> {
  const pages = ['find', path, '-maxdepth', PROGRAMS_DEPTH, '-type', 'f', '-size', MAX_PAGE]
  return (await foundBy(host, [...pages, '-exec', 'grep', '-lsF', COMMAND, '{}', '+'], gaps)) !== ''
}

/**
 * Whether a folder that is named, and not the system's, has programs in it, or pages with commands. What the service
 * wrote itself may be data with a careless mode.
 */
export async function hasPrograms(
  host: Host,
  { processes }: Pick<Facts, 'processes'>,
  path: string,
  gaps: BlindSpots,
): Promise<boolean> {
  const find = ['find', path, '-maxdepth', PROGRAMS_DEPTH, '-type', 'f', '-perm', '/111']
  if ((await foundBy(host, [...find, '-print', '-quit'], gaps)) === '') return hasCommands(host, path, gaps)
  const all = (await foundBy(host, [...find, '-printf', '%U %p\\0'], gaps)).split('\0').filter(Boolean)
  if (all.length === 0 || all.length > MAX_LOOKED_INTO) return true
  const accounts = processes.map(({ uid }) => uid.effective).filter((uid) => uid !== 0)
  const open = processes.flatMap(({ openFiles }) => openFiles.filter(({ writable }) => writable))
  for (const line of all) {
    const [uid = '', ...words] = line.split(' ')
    const file = words.join(' ')
    const isOwn = accounts.includes(Number(uid)) || open.some((one) => one.path === file)
    if (!isOwn || (await isProgram(host, file))) return true
  }
  return false
}
