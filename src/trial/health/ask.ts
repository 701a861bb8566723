import type { Host, RunOptions, RunUser } from '../../host/host.ts'
import { printableLine } from '../../host/printable.ts'
import { type Check, type CommandCheck, isCommand } from './check.ts'
import { contentOf } from './content.ts'
import { converse } from './converse.ts'

/** The highest id of an account; one more is -1, which setresuid(2) takes for "leave it as it is", that is root. */
const HIGHEST_ID = 4294967294
const MAX_WORDS = 160

function accountId(text: string | undefined): number | undefined {
  const id = /^\d{1,10}$/.test(text ?? '') ? Number(text) : 0
  return id > 0 && id <= HIGHEST_ID ? id : undefined
}

/** A command of the administrator's that names no account runs as sudo's caller, or nobody: never as root. */
export function commandUser(env: Readonly<Record<string, string | undefined>>): RunUser {
  const [uid, gid] = [accountId(env.SUDO_UID), accountId(env.SUDO_GID)]
  return uid === undefined || gid === undefined ? { uid: 65534, gid: 65534 } : { uid, gid }
}

/** One answer to a check. `ok`: it looks like success; `answer` is compared, and shown. */
export interface Asked {
  ok: boolean
  answer: string
  /** A hash of all that was heard, or that a program printed: contentOf(). */
  content?: string
  /** Of a program that failed: the last that it said, or the time that it had. */
  words?: string
  /** Of a program that failed: as whom it ran. */
  whom?: string
}

/** A line of passwd(5) as a program is run in its account's name; undefined where it is none. */
function loginOf(line: string): Pick<RunOptions, 'as' | 'env'> | undefined {
  const [name = '', , uid, gid, , home = '/'] = line.trim().split(':')
  if (!/^\d+$/.test(uid ?? '') || !/^\d+$/.test(gid ?? '')) return undefined
  return {
    as: { uid: Number(uid), gid: Number(gid), asInLife: true },
    env: { HOME: home, USER: name, LOGNAME: name },
  }
}

/** How a program of the administrator's is run; undefined where the account that it names is not there. */
export async function runOptionsOf(
  host: Host,
  { as: name }: CommandCheck,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Pick<RunOptions, 'as' | 'env'> | undefined> {
  // Without root nothing runs as another account.
  if (name === undefined && host.manager.kind === 'user') return {}
  if (name === undefined) return { as: commandUser(env) }
  const found = await host.run(['getent', 'passwd', '--', name])
  return found.exitCode === 0 ? loginOf(found.stdout) : undefined
}

/** The last line that a failing program said, as one of a sentence; '' where it said nothing. */
function lastWords(stderr: string): string {
  const last = stderr.trim().split('\n').at(-1)?.trim() ?? ''
  return printableLine(last).slice(0, MAX_WORDS)
}

function whom({ as }: CommandCheck, user: RunUser | undefined): string {
  if (as !== undefined) return `as ${as}`
  if (user === undefined) return 'as you'
  return user?.uid === 65534 ? 'as nobody, and --exercise-as runs it as another' : 'as the caller of sudo'
}

async function runCheck(host: Host, check: CommandCheck, env: NodeJS.ProcessEnv): Promise<Asked> {
  const login = await runOptionsOf(host, check, env)
  if (login === undefined) return { ok: false, answer: `there is no account ${check.as}` }
  const { exitCode, timedOut, stdout, stderr } = await host.run(check.argv, {
    timeoutMs: check.timeoutMs,
    ...login,
  })
  const ok = !timedOut && exitCode === (check.exit ?? 0)
  const answer = timedOut ? 'no answer' : `exit ${exitCode ?? 'by a signal'}`
  const content = contentOf([stdout])
  if (ok) return { ok, answer, ...(content === undefined ? {} : { content }) }
  const said = lastWords(stderr)
  const limit = timedOut ? `it had ${Math.round(check.timeoutMs / 1000)} s` : ''
  const words = [limit, said && `it said “${said}”`].filter(Boolean).join('; ')
  return { ok, answer, whom: whom(check, login.as), ...(words === '' ? {} : { words }) }
}

export async function answerTo(host: Host, check: Check, env = process.env): Promise<Asked> {
  if (check.kind === 'talk') return converse(host, check)
  if (isCommand(check)) return runCheck(host, check, env)
  const { ok, answer, heard } = await host.probe(check)
  const content = contentOf(heard)
  return { ok, answer, ...(content === undefined ? {} : { content }) }
}
