import { printableState } from '../../host/printable.ts'
import type { WalkState } from '../../session/walk/state.ts'
import { toAscii } from './ascii.ts'
import { BLANK, paragraph, plain } from './lines.ts'
import { summaryLines } from './summary.ts'

/** What stays on the terminal below the last frame: the whole summary, of which it could show a part, and the last line. */
export async function printRest(stdout: NodeJS.WriteStream, state: WalkState, ascii: boolean): Promise<void> {
  const { phase, parting } = printableState(state)
  const width = (stdout.columns || 80) - 1
  const lines = [
    ...(phase.at === 'done' ? summaryLines(phase.summary, width) : []),
    ...(parting === undefined ? [] : [BLANK, ...paragraph(parting, width)]),
  ]
  const text = plain(lines)
    .map((line) => `${line}\n`)
    .join('')
  await new Promise<void>((resolve) => {
    if (!stdout.writable || text === '') return resolve()
    stdout.write(ascii ? toAscii(text) : text, () => resolve())
  })
}
