import { throughRun } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import type { Possibility } from './uses.ts'

/**
 * A Unix socket to which everybody may connect, in a protocol that nobody here speaks: whoever shares the file system
 * with a service may ask it for files by their paths, of which the service tells that they are not there.
 */
export function unreadSocket({ writable, given }: Facts): string | undefined {
  if (given === undefined || given.level === 'tight' || given.exercised) return undefined
  const asked = (given.connected ?? []).map(throughRun)
  return writable.find(
    ({ kind, mode, path }) => kind === 'socket' && (mode & 0o002) !== 0 && asked.includes(path),
  )?.path
}

/** Whoever connects to a Unix socket may be let in by his account, which the kernel tells: unix(7), SO_PEERCRED. */
export function byCallers(facts: Facts): Possibility[] {
  const socket = facts.writable.find(({ kind, mode }) => kind === 'socket' && (mode & 0o022) !== 0)
  const unread = unreadSocket(facts)
  const naming = `Everybody may ask it for files over ${unread}, and nobody saw what they ask.`
  return [
    ...(socket === undefined
      ? []
      : [
          {
            use: 'know-callers' as const,
            from: 'client' as const,
            why: `Other accounts may connect to ${socket.path}; whether it asks who they are was not seen.`,
          },
        ]),
    ...(unread === undefined
      ? []
      : (['homes', 'temporary'] as const).map((use) => ({ use, from: 'client' as const, why: naming }))),
  ]
}
