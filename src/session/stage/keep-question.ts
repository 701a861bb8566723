import { setTimeout as pause } from 'node:timers/promises'
import { orElse, reasonOf } from '../../host/errors.ts'
import type { Login } from '../../systemd/log/logins.ts'
import type { WalkContext } from '../walk/context.ts'
import type { AnswerTo, PhaseAt } from '../walk/questions.ts'
import type { Call, Calls } from './calls.ts'

type Keep = PhaseAt<'keep'>

const LOOK_EVERY_MS = 1500
/** However often more time is asked for, the answer is never further away than this. */
export const MOST_KEEP_SECONDS = 600

export interface KeepQuestion {
  phase: Keep
  /** Seconds that a person gets at first, and more each time that they ask. */
  seconds: number
  calls: Calls
  /** The newest login since the service was restarted. */
  look(): Promise<Login | undefined>
  /** Has PID 1 undo the change only after the answer may have come in so many seconds. Throws an expected error. */
  postpone(seconds: number): Promise<void>
}

/** When the time is up after more was asked for, in epoch ms; undefined where there is no more. */
export function laterDeadline(deadline: number, now: number, seconds: number): number | undefined {
  const later = Math.min(deadline + seconds * 1000, now + MOST_KEEP_SECONDS * 1000)
  return later < deadline + 1000 ? undefined : later
}

const NO_LOGIN =
  'Nobody has logged in since the change. Log in anew, then confirm; or type that you insist in the wizard.'

/**
 * Asks Keep?, of the person at the wizard and of second logins. If the service lets people log in to the machine,
 * watches for a new login: without one, a yes counts only if the person insists in words. Undefined when the time is up.
 */
export async function askToKeep(
  { ask, dispatch, signal }: Pick<WalkContext, 'ask' | 'dispatch' | 'signal'>,
  { phase, seconds, calls, look, postpone }: KeepQuestion,
): Promise<{ yes: boolean } | undefined> {
  let shown = phase
  let answered = false
  const show = (more: Partial<Keep>) => {
    shown = { ...shown, ...more }
    dispatch({ type: 'phase', phase: shown })
  }
  const lookForLogin = async (): Promise<void> => {
    // If logins cannot be read, none was seen.
    const seen = await look().catch(orElse(undefined))
    const { login } = shown
    if (answered || signal.aborted || login === undefined) return
    if (seen !== undefined && seen.at !== login.seen?.at) show({ login: { ...login, seen } })
  }
  const watch = async (): Promise<void> => {
    while (shown.login !== undefined && !answered && !signal.aborted) {
      await lookForLogin()
      await pause(LOOK_EVERY_MS)
    }
  }
  const giveMoreTime = async (call: Call | undefined): Promise<void> => {
    const { deadline, text } = await moreTime(shown.deadline, seconds, postpone)
    show(deadline === undefined ? { note: text } : { deadline, note: '' })
    call?.answer({ ok: deadline !== undefined, text })
  }
  try {
    void watch()
    for (;;) {
      const intent = await ask(shown, ['keep', 'more-time'], shown.deadline, calls.signal)
      const call = intent === undefined ? calls.take() : undefined
      const wish = intent ?? (call && intentOf(call))
      if (wish?.do === 'more-time') {
        await giveMoreTime(call)
        continue
      }
      if (wish?.yes && shown.login !== undefined) await lookForLogin()
      if (!wish?.yes || shown.login === undefined || shown.login.seen || wish.withoutLogin) return wish
      call?.answer({ ok: false, text: NO_LOGIN })
    }
  } finally {
    answered = true
  }
}

function intentOf({ word }: Call): AnswerTo<'keep'> {
  if (word === 'extend') return { do: 'more-time' }
  return { do: 'keep', yes: word === 'confirm' }
}

/** PID 1 gets the later time first: should hardenctl die, nobody undoes the change while the screen promises more time. */
async function moreTime(
  deadline: number,
  seconds: number,
  postpone: KeepQuestion['postpone'],
): Promise<{ deadline?: number; text: string }> {
  const later = laterDeadline(deadline, Date.now(), seconds)
  if (later === undefined)
    return { text: `There is no more time: ${MOST_KEEP_SECONDS / 60} minutes from now are the most.` }
  const left = () => Math.ceil((later - Date.now()) / 1000)
  try {
    await postpone(left())
  } catch (error) {
    return { text: `There is no more time: ${reasonOf(error)}.` }
  }
  return { deadline: later, text: `There are ${left()} s now to answer; then the change is undone.` }
}
