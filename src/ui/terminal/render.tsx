import { render } from 'ink'
import { type ReactNode, useSyncExternalStore } from 'react'
import { printableState } from '../../host/printable.ts'
import type { OverviewSession } from '../../session/overview/overview.ts'
import type { Session } from '../../session/walk/state.ts'
import { App } from '../app.tsx'
import { OverviewApp } from '../overview/overview-app.tsx'
import { historyLine } from '../text/history.ts'
import { clip, plain } from '../text/lines.ts'
import { safeOutput } from './output.ts'
import { SizeContext, TerminalSize } from './size.ts'

interface Drawn {
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  ascii: boolean
}

interface RenderedWizard extends Drawn {
  session: Session
  /** Number of rows that the frame takes the place of. */
  first: number
}

/** Ends when the walk is over and everything is painted. */
export async function renderWizard({ session, first, ...drawn }: RenderedWizard): Promise<void> {
  const above = () =>
    plain(printableState(session.state()).history.map(historyLine)).map((text) =>
      clip(text, (drawn.stdout.columns || 80) - 1),
    )
  await draw(<App session={session} />, drawn, first, above)
}

/** Ends when something was chosen and the frame is gone. */
export async function renderOverview(
  session: OverviewSession,
  { first, ...drawn }: Drawn & { first: number },
): Promise<void> {
  await draw(<OverviewApp session={session} />, drawn, first, () => [])
}

async function draw(
  app: ReactNode,
  { stdin, stdout, ascii }: Drawn,
  first: number,
  above: () => string[],
): Promise<void> {
  const size = new TerminalSize(stdout)
  const instance = render(<Sized size={size}>{app}</Sized>, {
    stdin,
    stdout: safeOutput(stdout, {
      ascii,
      first,
      above,
      onResize: size.refresh,
      forget: () => instance.clear(),
    }),
    // A terminal is one in CI too.
    interactive: true,
    exitOnCtrlC: false,
    incrementalRendering: true,
    maxFps: 20,
  })
  await instance.waitUntilExit()
  instance.cleanup()
}

function Sized({ size, children }: { size: TerminalSize; children: ReactNode }) {
  const value = useSyncExternalStore(size.subscribe, size.size, size.size)
  return <SizeContext.Provider value={value}>{children}</SizeContext.Provider>
}
