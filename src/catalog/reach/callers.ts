import { throughRun } from '../../host/paths.ts'
import type { Facts, Given } from '../../observe/facts.ts'
import type { Possibility } from './uses.ts'

/** In a walk, of what others ask: no exercise played it, and the person wants to see it first. */
export function isUnplayed(given: Given | undefined): given is Given {
  return given !== undefined && given.level !== 'tight' && !given.exercised
}

/**
 * A Unix socket to which everybody may connect, in a protocol that nobody here speaks: whoever shares the file system
 * with a service may ask it for files by their paths, of which the service tells that they are not there.
 */
export function unreadSocket({ writable, given }: Facts): string | undefined {
  if (!isUnplayed(given)) return undefined
  const asked = (given.connected ?? []).map(throughRun)
  return writable.find(
    ({ kind, mode, path }) => kind === 'socket' && (mode & 0o002) !== 0 && asked.includes(path),
  )?.path
}

/** Whoever connects to a Unix socket may be let in by his account, which the kernel tells: unix(7), SO_PEERCRED. */
function whoCalls({ writable }: Facts): Possibility[] {
  const socket = writable.find(({ kind, mode }) => kind === 'socket' && (mode & 0o022) !== 0)
  if (socket === undefined) return []
  const why = `Other accounts may connect to ${socket.path}; whether it asks who they are was not seen.`
  return [{ use: 'know-callers', from: 'client', why }]
}

function whatTheyAsk(facts: Facts): Possibility[] {
  const socket = unreadSocket(facts)
  if (socket === undefined) return []
  const why = `Everybody may ask it for files over ${socket}, and nobody saw what they ask.`
  return (['homes', 'temporary'] as const).map((use) => ({ use, from: 'client', why }))
}

/** PID 1 and those that log for it give a service pipes of their own. */
const OF_THE_SYSTEM = /^\/run\/(?:systemd|initctl)\b/

/** Who writes into a named pipe gets no answer through it: often the request names another one, in /tmp. */
function whatPipesName({ processes, given }: Facts): Possibility[] {
  if (!isUnplayed(given)) return []
  const pipe = processes
    .flatMap(({ openFiles }) => openFiles)
    .find(({ kind, path }) => kind === 'pipe' && path.startsWith('/') && !OF_THE_SYSTEM.test(path))
  if (pipe === undefined) return []
  const why = `A request in ${pipe.path} may name a file in /tmp; nobody saw what others write there.`
  return [{ use: 'temporary', from: 'client', why }]
}

/** A request may have it write a file for whoever asks, which is for all in /tmp alone. */
function whatRequestsName({ given }: Facts): Possibility[] {
  const [protocol] = given?.requests?.files ?? []
  if (protocol === undefined) return []
  return [
    {
      use: 'temporary',
      from: 'client',
      why: `A request in ${protocol} may name a file in /tmp; none that did was played.`,
    },
  ]
}

/** Root tells a daemon of root which files to use, wherever they are and whoever has them. */
const OF_FILES = ['write-elsewhere', 'homes', 'temporary', 'past-permissions', 'devices'] as const

/** Why root may tell it of any file: a sentence. Undefined where it can't, or an exercise played what it is told. */
export function toldOfFiles({ reach, given }: Pick<Facts, 'reach' | 'given'>): string | undefined {
  const controller = reach?.controller
  if (controller === undefined || !isUnplayed(given)) return undefined
  return `${controller.path} tells it over ${controller.socket} what to do, which files to use perhaps; that was not seen.`
}

function whatControllersName(facts: Facts): Possibility[] {
  const why = toldOfFiles(facts)
  return why === undefined ? [] : OF_FILES.map((use) => ({ use, from: 'control', why }))
}

export function byCallers(facts: Facts): Possibility[] {
  return [
    ...whoCalls(facts),
    ...whatTheyAsk(facts),
    ...whatPipesName(facts),
    ...whatControllersName(facts),
    ...whatRequestsName(facts),
  ]
}
