import { Box, Static, useApp } from 'ink'
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react'
import type { Session, WalkState } from '../session/walk/state.ts'
import { Row } from './frame/draw.tsx'
import { Header } from './frame/header.tsx'
import { Overlay, OverlayContext, type Page } from './frame/overlay.tsx'
import { KeyboardRoot, useKeys } from './input/keys.tsx'
import { SETTLE_UNASKED_MS, TypeAheadGuard } from './input/type-ahead-guard.ts'
import { comesUnasked, isIntroducing, screenKeyOf, screenOf, targetOf } from './screen-key.ts'
import { Baseline } from './screens/baseline-screen.tsx'
import { Confirm } from './screens/confirm-screen.tsx'
import { Done } from './screens/done-screen.tsx'
import { Failed } from './screens/failed-screen.tsx'
import { helpPage } from './screens/help-page.ts'
import { Introduction } from './screens/introduction-screen.tsx'
import { Keep } from './screens/keep-screen.tsx'
import { Learning } from './screens/learning-screen.tsx'
import { Looking } from './screens/looking-screen.tsx'
import { Question } from './screens/question-screen.tsx'
import { Refused } from './screens/refused-screen.tsx'
import { StageScreen } from './screens/stage-screen.tsx'
import { Stopping } from './screens/stopping-screen.tsx'
import { Trial } from './screens/trial-screen.tsx'
import { type Send, SendContext, useWalkOf } from './session-hooks.ts'
import { useSize } from './terminal/size.ts'
import { historyLine } from './text/history.ts'

interface AppProps {
  session: Session
  /** Called once the walk is over and its last frame has been painted. */
  onLeave?: (code: number) => void
}

export function App({ session, onLeave }: AppProps) {
  const state = useWalkOf(session)
  const question = screenKeyOf(state)
  const gate = useMemo(() => new TypeAheadGuard(), [])
  useLayoutEffect(() => {
    gate.show(question, comesUnasked(state.phase) ? SETTLE_UNASKED_MS : undefined)
  })
  const asked = useCallback(() => screenKeyOf(session.state()), [session])
  const send = useCallback<Send>((intent) => session.send(intent), [session])
  const interrupt = useCallback(() => session.send({ do: 'interrupt' }), [session])
  const leaving = useLeaving(session, onLeave)
  const { columns } = useSize()
  return (
    <SendContext.Provider value={send}>
      <KeyboardRoot gate={gate} asked={asked} onInterrupt={interrupt}>
        <Static items={state.history}>
          {/* A stage can be walked twice, so only its place tells one result from another. */}
          {(result, index) => (
            <Box key={index} width={columns}>
              <Row>{historyLine(result)}</Row>
            </Box>
          )}
        </Static>
        {/* The summary is printed in full afterwards, so its clipped frame must not stay behind. */}
        {!(leaving && state.phase.at === 'done') && (
          <Frame key={screenOf(state)} state={state} question={question} />
        )}
      </KeyboardRoot>
    </SendContext.Provider>
  )
}

/** Everything that is drawn again and again. Starts anew with each screen: cursor, scrolling and overlay. */
function Frame({ state, question }: { state: WalkState; question: string }) {
  const { columns } = useSize()
  const [page, setPage] = useState<Page>()
  const overlay = useMemo(() => ({ page, open: setPage }), [page])
  useKeys((key) => {
    if (key === '?') setPage(helpPage(state))
    return key === '?'
  }, 'app')
  return (
    <OverlayContext.Provider value={overlay}>
      <Box flexDirection="column" width={columns}>
        <Header state={state} />
        {page && <Overlay page={page} phase={state.phase} onClose={() => setPage(undefined)} />}
        {/* Hidden and not unmounted, so that the cursor is where it was when the overlay closes. */}
        <Box display={page ? 'none' : 'flex'} flexDirection="column">
          <PhaseScreen state={state} question={question} />
        </Box>
      </Box>
    </OverlayContext.Provider>
  )
}

function PhaseScreen({ state, question }: { state: WalkState; question: string }) {
  const { phase } = state
  const target = targetOf(state)
  if (state.stopping !== undefined) return <Stopping state={state} question={question} />
  if (isIntroducing(state)) return <Introduction state={state} question={question} />
  switch (phase.at) {
    case 'looking':
      return <Looking phase={phase} question={question} />
    case 'refused':
      return <Refused phase={phase} question={question} />
    case 'question':
      return <Question phase={phase} question={question} />
    case 'baseline':
      return <Baseline phase={phase} question={question} />
    case 'stage':
      return <StageScreen phase={phase} question={question} />
    case 'learning':
      return <Learning phase={phase} question={question} />
    case 'confirm':
      return <Confirm phase={phase} question={question} />
    case 'trial':
      return <Trial phase={phase} question={question} target={target} />
    case 'keep':
      return <Keep phase={phase} question={question} target={target} />
    case 'failed':
      return <Failed phase={phase} question={question} target={target} />
    case 'done':
      return <Done phase={phase} question={question} />
    default:
      return phase satisfies never
  }
}

/** Ink paints nothing after exit(), so leaving waits for the commit of what the session said last. */
function useLeaving(session: Session, onLeave: AppProps['onLeave']): boolean {
  const { exit } = useApp()
  const [code, setCode] = useState<number>()
  useEffect(() => {
    let mounted = true
    const finished = (value: number) => mounted && setCode(value)
    session.finished.then(finished, () => finished(1))
    return () => {
      mounted = false
    }
  }, [session])
  useEffect(() => {
    if (code === undefined) return
    onLeave?.(code)
    exit()
  }, [code, onLeave, exit])
  return code !== undefined
}
