import { printableState } from '../host/printable.ts'
import type { Session, WalkState } from '../session/walk/state.ts'
import { needsAscii, prepareEnvironment } from './terminal/environment.ts'
import { TerminalSize } from './terminal/size.ts'
import { toAscii } from './text/ascii.ts'
import { historyLine } from './text/history.ts'
import { clip, plain } from './text/lines.ts'

export interface WizardTerminal {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
}

/**
 * Draws a session until it is over and gives its exit code. Needs a terminal on both sides; signals are the
 * caller's business.
 */
export async function runWizard(session: Session, terminal: WizardTerminal = process): Promise<number> {
  const { stdin, stdout } = terminal
  if (!stdin.isTTY || !stdout.isTTY) throw new Error('The wizard needs a terminal for input and output.')
  prepareEnvironment(process.env)
  surviveHangup(stdin, stdout)
  const ascii = needsAscii(process.env)
  const size = new TerminalSize(stdout)

  // Only now: Ink and chalk read the environment while they are loaded.
  const { renderWizard } = await import('./terminal/render.tsx')
  const above = () =>
    plain(printableState(session.state()).history.map(historyLine)).map((text) =>
      clip(text, (stdout.columns || 80) - 1),
    )
  await renderWizard({ session, stdin, stdout, size, output: { ascii, above } })
  const code = await session.finished.catch(() => 1)
  await printRest(stdout, session.state(), ascii)
  return code
}

/**
 * When the ssh connection drops, every write fails with EIO. Unheard, that error would end the process before
 * it has brought the service back.
 */
function surviveHangup(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): void {
  for (const stream of [stdin, stdout, process.stderr]) stream.on('error', () => {})
}

/** The whole summary, of which the last frame could show only a part. */
async function printRest(stdout: NodeJS.WriteStream, state: WalkState, ascii: boolean): Promise<void> {
  const { phase } = printableState(state)
  if (phase.at !== 'done') return
  const { summaryLines } = await import('./text/summary.ts')
  const text = `${plain(summaryLines(phase.summary, (stdout.columns || 80) - 1)).join('\n')}\n`
  await new Promise<void>((resolve) => {
    if (!stdout.writable) return resolve()
    stdout.write(ascii ? toAscii(text) : text, () => resolve())
  })
}
