import { Box, Static, useApp } from 'ink'
import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'react'
import type { Session, WalkState } from '../session/state.ts'
import { Row } from './draw.tsx'
import { Gate, SETTLE_UNASKED_MS } from './gate.ts'
import { Header } from './header.tsx'
import { historyLine } from './history.ts'
import { KeyboardRoot, useKeys } from './keys.tsx'
import { Overlay, OverlayContext, type Page } from './overlay.tsx'
import { Baseline } from './screens/baseline.tsx'
import { Confirm } from './screens/confirm.tsx'
import { Done } from './screens/done.tsx'
import { Failed } from './screens/failed.tsx'
import { helpPage } from './screens/help.ts'
import { Keep } from './screens/keep.tsx'
import { Learning } from './screens/learning.tsx'
import { Looking } from './screens/looking.tsx'
import { Question } from './screens/question.tsx'
import { Refused } from './screens/refused.tsx'
import { StageScreen } from './screens/stage.tsx'
import { Stopping } from './screens/stopping.tsx'
import { Trial } from './screens/trial.tsx'
import { useSize } from './size.ts'
import { comesUnasked, questionOf, type Send, SendContext, screenOf, targetOf, useWalkOf } from './walk.ts'

interface AppProps {
  session: Session
  /** Called once the walk is over and its last frame has been painted. */
  onLeave?: (code: number, last: WalkState) => void
}

export function App({ session, onLeave }: AppProps) {
  const state = useWalkOf(session)
  const question = questionOf(state)
  const gate = useMemo(() => new Gate(), [])
  useLayoutEffect(() => {
    gate.show(question, comesUnasked(state.phase) ? SETTLE_UNASKED_MS : undefined)
  })
  const asked = useCallback(() => questionOf(session.state()), [session])
  const send = useCallback<Send>((intent) => session.send(intent), [session])
  const interrupt = useCallback(() => session.send({ do: 'interrupt' }), [session])
  const leaving = useLeaving(session, state, onLeave)
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
    if (key === '?') setPage(helpPage(state.phase))
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
  }
}

/** Ink paints nothing after exit(), so leaving waits for the commit of what the session said last. */
function useLeaving(session: Session, state: WalkState, onLeave: AppProps['onLeave']): boolean {
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
    if (code === undefined || onLeave === undefined) return
    onLeave(code, state)
    exit()
  }, [code, onLeave, state, exit])
  return code !== undefined
}
