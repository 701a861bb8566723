import type { Chosen, OverviewSession } from '../session/overview/overview.ts'
import type { Session } from '../session/walk/state.ts'
import { needsAscii } from './terminal/environment.ts'
import { surviveHangup } from './terminal/hang-up.ts'

function terminal() {
  const { stdin, stdout } = process
  surviveHangup(stdin, stdout)
  return { stdin, stdout, ascii: needsAscii(process.env) }
}

/** Tells a session as plain text until it is over, and gives its exit code. Nothing of Ink is loaded. */
export async function runPlain(session: Session): Promise<number> {
  const { runPlainWizard } = await import('./plain/plain-wizard.ts')
  return runPlainWizard(session, terminal())
}

/** The overview as a list with numbers, until something is chosen. */
export async function runOverviewPlain(session: OverviewSession): Promise<Chosen> {
  const { runPlainOverview } = await import('./plain/plain-overview.ts')
  return runPlainOverview(session, terminal())
}
