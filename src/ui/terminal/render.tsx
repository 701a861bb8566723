import { render } from 'ink'
import { useSyncExternalStore } from 'react'
import type { Session } from '../../session/walk/state.ts'
import { App } from '../app.tsx'
import { type OutputOptions, safeOutput } from './output.ts'
import { SizeContext, type TerminalSize } from './size.ts'

interface RenderedWizard {
  session: Session
  stdin: NodeJS.ReadStream
  stdout: NodeJS.WriteStream
  size: TerminalSize
  output: Pick<OutputOptions, 'ascii' | 'above'>
}

/** Ends when the walk is over and everything is painted. */
export async function renderWizard({ session, stdin, stdout, size, output }: RenderedWizard): Promise<void> {
  const instance = render(<Sized session={session} size={size} />, {
    stdin,
    stdout: safeOutput(stdout, { ...output, onResize: size.refresh, forget: () => instance.clear() }),
    // A terminal is one in CI too.
    interactive: true,
    exitOnCtrlC: false,
    incrementalRendering: true,
    maxFps: 20,
  })
  await instance.waitUntilExit()
  instance.cleanup()
}

const leave = () => {}

function Sized({ session, size }: { session: Session; size: TerminalSize }) {
  const value = useSyncExternalStore(size.subscribe, size.size, size.size)
  return (
    <SizeContext.Provider value={value}>
      <App session={session} onLeave={leave} />
    </SizeContext.Provider>
  )
}
