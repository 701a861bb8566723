import { render } from 'ink'
import { useSyncExternalStore } from 'react'
import { printableState } from '../../host/printable.ts'
import type { Session } from '../../session/walk/state.ts'
import { App } from '../app.tsx'
import { historyLine } from '../text/history.ts'
import { clip, plain } from '../text/lines.ts'
import { safeOutput } from './output.ts'
import { SizeContext, TerminalSize } from './size.ts'

interface RenderedWizard {
  session: Session
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  ascii: boolean
  /** Number of rows that the frame takes the place of. */
  first: number
}

/** Ends when the walk is over and everything is painted. */
export async function renderWizard({ session, stdin, stdout, ascii, first }: RenderedWizard): Promise<void> {
  const size = new TerminalSize(stdout)
  const above = () =>
    plain(printableState(session.state()).history.map(historyLine)).map((text) =>
      clip(text, (stdout.columns || 80) - 1),
    )
  const instance = render(<Sized session={session} size={size} />, {
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

function Sized({ session, size }: { session: Session; size: TerminalSize }) {
  const value = useSyncExternalStore(size.subscribe, size.size, size.size)
  return (
    <SizeContext.Provider value={value}>
      <App session={session} />
    </SizeContext.Provider>
  )
}
