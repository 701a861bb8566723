import type { Facts } from '../../observe/facts.ts'
import { TELLING_IMPORTS } from '../../observe/files/telling-imports.ts'

/** What else a program may call whose calls nobody can read. */
const UNREAD = /^(?:run-programs|act-as-others|chroot|mount|list-interfaces|connect-out|look-up)$/

/** Which of the telling calls its programs import; in words, where nobody can read what one of them calls. */
export function imported({ reach }: Facts, group: keyof typeof TELLING_IMPORTS): string[] {
  const calls = TELLING_IMPORTS[group] ?? []
  const [opaque] = reach?.opaque ?? []
  const unread =
    opaque === undefined || !UNREAD.test(group) ? [] : [`functions of ${opaque} that nobody can read`]
  return [...(reach?.imports ?? []).filter((name) => calls.includes(name)), ...unread]
}
