import type { Printer } from '../../host/printer.ts'
import { exitCode } from '../../session/exit-code.ts'
import type { CallWord } from '../../session/stage/call-words.ts'
import { answerFromElsewhere } from '../../session/walk/second-login.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { serviceName } from '../../systemd/manager/unit-name.ts'
import type { OfUser, Told } from '../argument-types.ts'
import { type Voice, voiced } from '../event-lines.ts'
import { hostOf } from '../host-of.ts'

type Wanted = { command: CallWord; unit: string } & Told & OfUser

/** Answers Keep? of a walk in another terminal. Returns 0 if it came to what was asked for. */
export function runAnswer(wanted: Wanted, printer: Printer): Promise<number> {
  return voiced(printer, wanted.json === true, wanted, (voice) => answerVoiced(wanted, voice))
}

async function answerVoiced(wanted: Wanted, { words, tell }: Voice): Promise<number> {
  const { command: word, unit: given } = wanted
  const host = await hostOf(wanted)
  const name = serviceName(given)
  const unit = first(await showUnit(host, name, ['Id']), 'Id') || name
  const { ok, text } = await answerFromElsewhere(host, unit, word)
  if (ok) words.out(text)
  else words.err(`hardenctl: ${text}`)
  tell({ event: 'answer', unit, word, came_to_pass: ok, text })
  return exitCode(ok ? 'done' : 'failed')
}
