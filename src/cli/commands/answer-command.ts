import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import type { CallWord } from '../../session/stage/call-words.ts'
import { answerFromElsewhere } from '../../session/walk/second-login.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { serviceName } from '../../systemd/manager/unit-name.ts'

/** Answers Keep? of a walk in another terminal. Returns 0 if it came to what was asked for. */
export async function runAnswer(word: CallWord, given: string, printer: Printer): Promise<number> {
  const host = liveHost()
  const name = serviceName(given)
  const unit = first(await showUnit(host, name, ['Id']), 'Id') || name
  const { ok, text } = await answerFromElsewhere(host, unit, word)
  if (ok) printer.out(text)
  else printer.err(`hardenctl: ${text}`)
  return ok ? 0 : 1
}
