import type { Chosen, OverviewSession } from '../session/overview/overview.ts'
import type { Session, WalkState } from '../session/walk/state.ts'
import { isReadOut, needsAscii, prepareEnvironment } from './terminal/environment.ts'
import { firstLines, hasFirstLines } from './terminal/first-lines.ts'
import { surviveHangup } from './terminal/hang-up.ts'

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
  const first = drawFirst(stdout, session.state(), ascii)

  // Only now: Ink and chalk read the environment while they are loaded. And all of it: an upgrade of hardenctl may take
  // away these files during the walk.
  const [{ renderWizard }, { printRest }] = await Promise.all([
    import('./terminal/render.tsx'),
    import('./text/rest.ts'),
  ])
  await renderWizard({ session, stdin, stdout, ascii, first })
  const code = await session.finished
  await printRest(stdout, session.state(), ascii)
  return code
}

/** Draws the overview until something is chosen in it. Needs a terminal on both sides. */
export async function runOverview(
  session: OverviewSession,
  { stdin, stdout }: WizardTerminal = process,
): Promise<Chosen> {
  prepareEnvironment(process.env)
  surviveHangup(stdin, stdout)
  const ascii = needsAscii(process.env)
  // What is typed by now is for the list: Ink reads it later, and nothing echoes it among the rows.
  stdin.setRawMode(true)
  // Loaded here, since a walk needs none of it.
  const { drawFirstOverview } = await import('./overview/first-overview.ts')
  const first = isReadOut(process.env) ? 0 : await drawFirstOverview(session, stdout, ascii)
  const { renderOverview } = await import('./terminal/render.tsx')
  await renderOverview(session, { stdin, stdout, ascii, first })
  return session.finished
}

/** Number of rows that were drawn. */
function drawFirst(stdout: NodeJS.WriteStream, state: WalkState, ascii: boolean): number {
  if (!hasFirstLines(state, process.env)) return 0
  const lines = firstLines(state, { columns: stdout.columns || 80, rows: stdout.rows || 24, ascii })
  stdout.write(lines.map((line) => `${line}\n`).join(''))
  return lines.length
}
