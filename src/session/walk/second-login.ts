import type { Host } from '../../host/host.ts'
import { lockFolder } from '../../host/lock.ts'
import type { Manager } from '../../host/manager.ts'
import { askPrivately } from '../../host/private-socket.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { keptPath } from '../../systemd/settings/drop-in.ts'
import { isCommitted } from '../../trial/transaction/kept-drop-in.ts'
import { QUESTION_SOCKET, runFolder, stateFolder } from '../../trial/transaction/trial-paths.ts'
import { undoStands } from '../../trial/transaction/undo-file.ts'
import { type CallAnswer, type CallWord, parseCallAnswer } from '../stage/call-words.ts'
import { forgetFolders, loadState, type StoredState } from '../store/store.ts'
import { storeOnDisk } from '../store/walk-store.ts'
import { endUnfinished } from './resume.ts'
import { provenUndone } from './undo-walk.ts'

/**
 * Answers the open question Keep? of a walk that runs elsewhere, and waits for what comes of it. Where that walk has died
 * and its change is still on trial, a rollback undoes it at once.
 */
export async function answerFromElsewhere(host: Host, unit: string, word: CallWord): Promise<CallAnswer> {
  const folder = runFolder(host.manager, unit)
  const isThere = (await host.stat(folder)) !== undefined
  const heard = isThere ? await askPrivately(folder, QUESTION_SOCKET, word) : undefined
  if (heard !== undefined) return parseCallAnswer(heard)
  if ((await host.stat(stateFolder(host.manager, unit))) === undefined) return nothingOpen(unit)
  const lock = await lockFolder(stateFolder(host.manager, unit))
  if (lock === undefined) return { ok: false, text: atWork(unit) }
  try {
    return await answerForTheDead(host, unit, word)
  } finally {
    lock.release()
  }
}

function nothingOpen(unit: string): CallAnswer {
  return { ok: false, text: `No question is open for ${unit}: no hardenctl is at work on it.` }
}

function atWork(unit: string): string {
  return `No question is open for ${unit}: hardenctl is at work on it and asks nothing now. With --yes it never asks; Ctrl-C in its terminal undoes what is on trial.`
}

/** The walk that asked has ended without an answer. */
async function answerForTheDead(host: Host, unit: string, word: CallWord): Promise<CallAnswer> {
  const stored = await loadState(host, unit)
  const pending = stored?.pending
  const isArmed = await undoStands(host, unit)
  if (stored === undefined || pending === undefined)
    return isArmed ? { ok: false, text: lastCheckEnded(host.manager, unit) } : nothingOpen(unit)
  if (word === 'rollback') return rollBack(host, stored, pending)
  if (isCommitted(pending, await host.read(keptPath(host.manager, unit))))
    return { ok: word === 'confirm', text: `The change was kept before that hardenctl ended.` }
  if (!isArmed) return { ok: false, text: 'That hardenctl has ended, and systemd has undone the change.' }
  return { ok: false, text: tooLate(host.manager, unit) }
}

function lastCheckEnded({ words }: Manager, unit: string): string {
  return `No question is open for ${unit}: a hardenctl ended during its last check, and systemd undoes all of its changes. To do so now: ${words.hardenctl} undo ${shortName(unit)}`
}

/** In words, since whoever keeps it now would keep what nobody has watched. */
function tooLate({ words }: Manager, unit: string): string {
  return `The hardenctl that asked has ended, so the change can't be kept any more: nobody has watched the service since. systemd undoes it by itself; to do so now: ${words.hardenctl} rollback ${shortName(unit)}`
}

async function rollBack(
  host: Host,
  stored: StoredState,
  pending: NonNullable<StoredState['pending']>,
): Promise<CallAnswer> {
  const { unit } = stored
  const { words } = host.manager
  const since = Date.now()
  const store = storeOnDisk(host, stored)
  const ended = await endUnfinished(host, store, pending)
  if (ended === 'stuck')
    return {
      ok: false,
      text: `The undo is not complete; systemd tries again each minute, and ${words.log} ${unit} says why.`,
    }
  if (ended === 'kept')
    return {
      ok: false,
      text: `The change was kept before that hardenctl ended. To undo everything: ${words.hardenctl} undo ${shortName(unit)}`,
    }
  if (store.state.kept.length === 0) await forgetFolders(host, unit)
  const { healthy, lines } = await provenUndone(host, unit, stored, since)
  const proof = healthy ? 'it is proven to answer as before' : `but ${lines[0] ?? 'it is not healthy'}`
  return { ok: healthy, text: `The change is undone: ${unit} is as before the change, ${proof}.` }
}
