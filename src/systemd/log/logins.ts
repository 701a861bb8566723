import type { Host } from '../../host/host.ts'
import { type JournalEntry, parseJournal } from './journal.ts'

/** Somebody whom a service let in. */
export interface Login {
  user: string
  /** Epoch milliseconds. */
  at: number
}

/** SD_MESSAGE_SESSION_START: systemd.journal-fields(7), logind's "New session 3 of user probe". */
const SESSION_STARTED = '8d45620c1a4348dbb17410da57c60c66'

/**
 * What PAM's modules say of a session (pam_unix(8)), and servers of a login. From its first letter on: a name that
 * somebody without a password types may stand later in a line.
 */
const LET_IN = [
  /^pam_\w+\([\w.-]+:session\): session opened for user ([^\s()]+)/,
  /^Accepted [\w/-]+ for ([^\s()]+) from /,
]

/** Logins that root processes of a service reported, in the order of `entries`. */
export function loginsIn(entries: readonly JournalEntry[]): Login[] {
  return entries.flatMap(({ message, time, fields }) => {
    if (fields._UID !== '0') return []
    const user = LET_IN.map((line) => line.exec(message)?.[1]).find((name) => name !== undefined)
    return user === undefined ? [] : [{ user, at: Math.floor(time / 1000) }]
  })
}

/** Sessions that logind began since `since` (epoch ms), each with its first process. */
export async function sessionsSince(host: Host, since: number): Promise<(Login & { leader: number })[]> {
  const from = `--since=@${(since / 1000).toFixed(3)}`
  const match = [`MESSAGE_ID=${SESSION_STARTED}`, '_UID=0']
  const result = await host.run(['journalctl', '--no-pager', '-q', '-o', 'json', from, ...match])
  return parseJournal(result.stdout).map(({ fields, time }) => ({
    user: fields.USER_ID ?? '',
    leader: Number(fields.LEADER ?? 0),
    at: Math.floor(time / 1000),
  }))
}
