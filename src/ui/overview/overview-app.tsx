import { Box, useApp, useIsScreenReaderEnabled } from 'ink'
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useReducer,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { printableState } from '../../host/printable.ts'
import type { OverviewSession, OverviewState } from '../../session/overview/overview.ts'
import { Rows } from '../frame/draw.tsx'
import { headerBlock, type KeyHint, type Room } from '../frame/room.ts'
import { Screen } from '../frame/screen.tsx'
import { type Key, KeyboardRoot, useKeys } from '../input/keys.tsx'
import { useCursorOn } from '../input/list.ts'
import { Scroll, useScrolling } from '../input/scroll.tsx'
import { TypeAheadGuard } from '../input/type-ahead-guard.ts'
import { useSize } from '../terminal/size.ts'
import { line } from '../text/lines.ts'
import { LIST_HINTS, overviewBody } from './overview-body.ts'
import { headerLines, helpLines } from './overview-lines.ts'
import { ServiceList } from './service-list.tsx'

interface OverviewAppProps {
  session: OverviewSession
  /** Called once something was chosen and the frame is gone. */
  onLeave?: () => void
}

function questionOf({ asking }: OverviewState): string {
  return asking === undefined ? 'overview' : `overview ${asking.about} ${asking.unit}`
}

export function OverviewApp({ session, onLeave }: OverviewAppProps) {
  const raw = useSyncExternalStore(session.subscribe, session.state, session.state)
  const state = useMemo(() => printableState(raw), [raw])
  const gate = useMemo(() => new TypeAheadGuard(), [])
  const question = questionOf(raw)
  useLayoutEffect(() => gate.show(question))
  const asked = useCallback(() => questionOf(session.state()), [session])
  const leave = useCallback(() => session.send({ do: 'leave' }), [session])
  const left = useLeft(session, onLeave)
  // What is chosen next draws on the place of the list.
  return (
    <KeyboardRoot gate={gate} asked={asked} onInterrupt={leave}>
      {!left && <Frame session={session} state={state} question={question} />}
    </KeyboardRoot>
  )
}

function useLeft({ finished }: OverviewSession, onLeave: (() => void) | undefined): boolean {
  const { exit } = useApp()
  const [left, setLeft] = useState(false)
  useEffect(() => {
    const ended = () => setLeft(true)
    finished.then(ended, ended)
  }, [finished])
  useEffect(() => {
    if (!left) return
    onLeave?.()
    exit()
  }, [left, onLeave, exit])
  return left
}

interface FrameProps {
  session: OverviewSession
  state: OverviewState
  question: string
}

function Frame({ session, state, question }: FrameProps) {
  const { columns, rows } = useSize()
  const [help, setHelp] = useState(false)
  return (
    <Box flexDirection="column" width={columns}>
      <Rows lines={headerBlock(headerLines(state, columns), rows)} />
      {help && <Help question={question} onClose={() => setHelp(false)} />}
      {/* Hidden and not unmounted, so that the cursor is where it was when the help closes. */}
      <Box display={help ? 'none' : 'flex'} flexDirection="column">
        <Services session={session} state={state} question={question} onHelp={() => setHelp(true)} />
      </Box>
    </Box>
  )
}

function Help({ question, onClose }: { question: string; onClose: () => void }) {
  const { columns, rows } = useSize()
  const lines = helpLines(columns)
  const scrolling = useScrolling(lines.length)
  useKeys((key) => {
    if (!scrolling.move(key, rows - 8)) onClose()
    return true
  }, 'overlay')
  const hints: KeyHint[] = [
    ['↑↓', 'scroll'],
    ['any other key', 'closes'],
  ]
  return (
    <Screen question={question} hints={hints}>
      {(room) => <Scroll lines={lines} height={room.height} offset={scrolling.offset(room.height)} />}
    </Screen>
  )
}

const FILTER_HINTS: KeyHint[] = [
  ['type', 'to filter'],
  ['↑↓', 'move'],
  ['Enter', 'to the list'],
  ['Esc', 'take the filter away'],
]
const UNDO_HINTS: KeyHint[] = [
  ['y', 'undo everything'],
  ['any other key', 'back'],
]

function Services({ session, state, question, onHelp }: FrameProps & { onHelp: () => void }) {
  const cursor = useCursorOn(state.shown.map(({ unit }) => unit))
  const [typing, setTyping] = useTyping()
  const moved = useRef(false)
  // Rows change places while they fill in: until a person moves, the first one stays under the cursor.
  const at = () => (moved.current || !state.looking ? cursor.current() : 0)
  const { asking } = state
  const filter = (text: string) => {
    session.send({ do: 'filter', text })
    // What is looked for is among the first that match.
    cursor.move('home')
  }
  const move = (key: Key) => {
    if (!moved.current) cursor.move('home')
    if (!cursor.move(key, 10)) return false
    moved.current = true
    return true
  }
  const type = (key: Key) => {
    const { filter: text } = session.state()
    if (key === 'up' || key === 'down') return move(key)
    if (key === 'enter') setTyping(false)
    else if (key === 'escape') {
      setTyping(false)
      filter('')
    } else if (key === 'backspace') filter([...text].slice(0, -1).join(''))
    else if ([...key].length === 1) filter(text + key)
    return true
  }
  useKeys((key) => {
    if (session.state().asking !== undefined) {
      session.send({ do: 'answer', yes: key === 'y' })
      return true
    }
    if (typing()) return type(key)
    if (move(key)) return true
    const unit = state.shown[at()]?.unit
    if (key === 'q') session.send({ do: 'leave' })
    else if (key === '/') setTyping(true)
    else if (key === '?') onHelp()
    else if (key === 'escape') filter('')
    else if (unit === undefined) return false
    else if (key === 'enter') session.send({ do: 'walk', unit })
    else if (key === 'u') session.send({ do: 'undo', unit })
    else if (key === 's') session.send({ do: 'status', unit })
    else return false
    return true
  })
  const hints = asking !== undefined ? UNDO_HINTS : typing() ? FILTER_HINTS : LIST_HINTS
  return (
    <Screen question={question} hints={hints}>
      {(room) => <Body state={state} cursor={at()} typing={typing()} room={room} />}
    </Screen>
  )
}

/** Known at once: letters that come in one read with the "/" are of the filter, and no keys of the list. */
function useTyping(): [() => boolean, (typing: boolean) => void] {
  const typing = useRef(false)
  const [, redraw] = useReducer((times: number) => times + 1, 0)
  const set = (value: boolean) => {
    typing.current = value
    redraw()
  }
  return [() => typing.current, set]
}

interface BodyProps {
  state: OverviewState
  cursor: number
  typing: boolean
  room: Room
}

function Body({ state, cursor, typing, room }: BodyProps) {
  // Each change is read out whole, so that a reader hears the list once it is complete.
  const isRead = useIsScreenReaderEnabled()
  if (isRead && state.looking) return <Rows lines={[line('Looking at the services of this host.')]} />
  const { above, height, below } = overviewBody(state, cursor, typing, room)
  return (
    <Box flexDirection="column">
      <Rows lines={above} />
      <ServiceList rows={state.shown} cursor={cursor} width={room.width} height={height} />
      <Rows lines={below} />
    </Box>
  )
}
