import { remoteLogin } from '../../catalog/common/roles.ts'
import type { Facts } from '../../observe/facts.ts'
import { newestLogin } from '../../trial/health/login.ts'
import type { WalkContext, WalkOptions } from '../walk/context.ts'
import type { LoginProof } from '../walk/state.ts'

/** Logging in at another terminal takes longer than reading a screen. */
const LOGIN_SECONDS = 120

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
