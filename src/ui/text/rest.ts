import { printableState } from '../../host/printable.ts'
import type { WalkState } from '../../session/walk/state.ts'
import { toAscii } from './ascii.ts'
import { plain } from './lines.ts'
import { summaryLines } from './summary.ts'

/** The whole summary, of which the last frame could show only a part. */
export async function printRest(stdout: NodeJS.WriteStream, state: WalkState, ascii: boolean): Promise<void> {
  const { phase } = printableState(state)
  if (phase.at !== 'done') return
  const text = `${plain(summaryLines(phase.summary, (stdout.columns || 80) - 1)).join('\n')}\n`
  await new Promise<void>((resolve) => {
    if (!stdout.writable) return resolve()
    stdout.write(ascii ? toAscii(text) : text, () => resolve())
  })
}
