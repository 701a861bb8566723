import type { Listing } from '../kit/listing.ts'

/** An account that was made stays, and is told by the undo. */
const ACCOUNTS = /^\/etc\/(passwd|group|g?shadow|sub[ug]id)-?$/
/** What any program of the system may write, and what hardenctl keeps of itself. */
const NOT_OURS =
  /^\/(run\/systemd|var\/(lib|cache)\/(systemd|apt|dpkg)|run\/log|run\/user|tmp|var\/tmp)(\/|$)|hardenctl/

/** Kind, owner and mode, without what a daemon changes by writing into it. */
function identity(line: string): string {
  return line.split(' ').slice(0, 3).join(' ')
}

/** One line a path that is gone, or whose kind, owner or mode is another; what was made since stays unsaid. */
export function lostBetween(before: Listing, after: Listing): string[] {
  return Object.entries(before.files).flatMap(([path, line]) => {
    if (ACCOUNTS.test(path) || NOT_OURS.test(path)) return []
    const now = after.files[path]
    // A daemon clears away logs of its own.
    if (now === undefined) return path.startsWith('/var/log/') ? [] : [`${path} is gone`]
    return identity(now) === identity(line) ? [] : [`${path} was ${identity(line)}, is ${identity(now)}`]
  })
}

/** One line a setting of the unit that is another. */
export function unitChanges(before: Listing, after: Listing): string[] {
  const keys = new Set([...Object.keys(before.unit), ...Object.keys(after.unit)])
  const words = (value = '') => value.split(/\s+/).sort().join(' ')
  return [...keys].filter((key) => words(before.unit[key]) !== words(after.unit[key])).map((key) => `${key}=`)
}
