import { setTimeout as pause } from 'node:timers/promises'
import { remoteLogin } from '../../catalog/common/roles.ts'
import { orElse } from '../../host/errors.ts'
import type { Facts } from '../../observe/facts.ts'
import type { Login } from '../../systemd/log/logins.ts'
import { newestLogin } from '../../trial/health/login.ts'
import type { WalkContext, WalkOptions } from '../walk/context.ts'
import type { PhaseAt } from '../walk/questions.ts'
import type { LoginProof } from '../walk/state.ts'

type Keep = PhaseAt<'keep'>
type Answer = { yes: boolean } | undefined

/** Logging in at another terminal takes longer than reading a screen. */
const LOGIN_SECONDS = 120
const LOOK_EVERY_MS = 1500

/** Seconds for the answer to Keep?; 0 where nobody is there to answer. */
export function secondsToKeep({ keepSeconds }: WalkOptions, facts: Facts): number {
  return keepSeconds > 0 && remoteLogin(facts) !== undefined
    ? Math.max(keepSeconds, LOGIN_SECONDS)
    : keepSeconds
}

/** Whether a change of this service is kept only after a new login, and who serves it. */
export function loginWanted({ host, live }: WalkContext, facts: Facts): LoginProof | undefined {
  const opener = host === live ? remoteLogin(facts) : undefined
  return opener && { by: opener.name }
}

/** Why a change is not tried at all: without a person, an exercise must log in. One line. */
export function nobodyLogsIn({ options }: WalkContext, login: LoginProof | undefined): string | undefined {
  if (login === undefined || options.keepSeconds > 0 || options.exercises.length > 0) return undefined
  return `not tried live: ${login.by} lets people log in to this machine, and nobody can confirm here that it still does; give an --exercise that logs in`
}

/** Why a change that held is undone anyway: without a person, the login of an exercise must be seen. */
export async function noLoginSeen(
  { host, subject }: WalkContext,
  { by }: LoginProof,
  since: number,
): Promise<string | undefined> {
  if ((await newestLogin(host, subject.unit, since)) !== undefined) return undefined
  return `rolled back: ${by} lets people log in to this machine, and no new login was seen; give an --exercise that logs in`
}

/**
 * Asks Keep?. If the service lets people log in to the machine, watches for a new login: without one, a yes counts only
 * if the person insists in words. Undefined when the time is up.
 */
export async function askToKeep(
  { ask, dispatch, signal }: Pick<WalkContext, 'ask' | 'dispatch' | 'signal'>,
  phase: Keep,
  look: () => Promise<Login | undefined>,
): Promise<Answer> {
  let { login } = phase
  let answered = false
  const shown = (): Keep => (login === undefined ? phase : { ...phase, login })
  const watch = async (): Promise<void> => {
    while (login !== undefined && !answered) {
      // If logins cannot be read, none was seen.
      const seen = await look().catch(orElse(undefined))
      if (answered || signal.aborted) return
      if (seen !== undefined && seen.at !== login.seen?.at) {
        login = { ...login, seen }
        dispatch({ type: 'phase', phase: shown() })
      }
      await pause(LOOK_EVERY_MS)
    }
  }
  try {
    void watch()
    for (;;) {
      const answer = await ask(shown(), ['keep'], phase.deadline)
      if (!answer?.yes || login === undefined || login.seen || answer.withoutLogin) return answer
    }
  } finally {
    answered = true
  }
}
