import type { LearningPhase } from '../../session/walk/state.ts'
import { Rows } from '../frame/draw.tsx'
import { Screen } from '../frame/screen.tsx'
import { useKeys } from '../input/keys.tsx'
import { useSend } from '../screen-key.ts'
import { useNow } from '../terminal/clock.ts'
import { BLANK, bullet, type Line, line, paragraph, plural } from '../text/lines.ts'

/** "1:05" */
function clock(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, '0')}`
}

function counts({ news, noCalls }: LearningPhase): string {
  const { calls, sockets, files, programs, memory } = news
  const parts = [
    ...(noCalls === undefined ? [plural(calls.length, 'system call')] : []),
    plural(sockets.length, 'kind of socket', 'kinds of socket'),
    plural(files.length, 'written file'),
    plural(programs.length, 'program or library', 'programs or libraries'),
    ...(memory.length > 0 ? [plural(memory.length, 'program with writable code')] : []),
  ]
  return `New so far: ${parts.join(', ')}.`
}

/** The newest entry matters most, so it is first if not all fit. */
function found({ news }: LearningPhase): string[] {
  const { calls, sockets, files, programs, memory } = news
  return [
    ...calls.map(({ name, by }) => `${name}, called by ${by}`),
    ...sockets.map((socket) => `socket ${socket}`),
    ...memory.map((program) => `writable code in ${program}`),
    ...files.map((path) => `writes ${path}`),
    ...programs.map((path) => `runs ${path}`),
  ]
}

function doubts({ lost, noCalls }: LearningPhase, width: number): Line[] {
  if (noCalls !== undefined) return paragraph(`No system calls are logged: ${noCalls}.`, width, 'warn')
  return lost
    ? paragraph(
        'The kernel dropped records, or may have: end the learning and learn again to see the rest.',
        width,
        'warn',
      )
    : paragraph('No sign that a record was lost.', width, 'dim')
}

function rows(phase: LearningPhase, now: number, width: number, height: number): Line[] {
  const left = phase.until === undefined ? '' : `, ends by itself in ${clock(phase.until - now)}`
  const above = [
    ...paragraph(`The live service works as usual. ${clock(now - phase.since)} so far${left}.`, width),
    BLANK,
    ...paragraph(counts(phase), width, 'bold'),
    ...doubts(phase, width),
    BLANK,
  ]
  const entries = found(phase).map((text) => bullet(text, width))
  const room = Math.max(0, height - above.length)
  const shown: Line[] = []
  for (const [index, entry] of entries.entries()) {
    const rest = entries.length - index - 1
    if (shown.length + entry.length + (rest > 0 ? 1 : 0) > room) {
      shown.push(line(`and ${rest + 1} more`, 'dim'))
      break
    }
    shown.push(...entry)
  }
  return [...above, ...shown]
}

export function Learning({ phase, question }: { phase: LearningPhase; question: string }) {
  const send = useSend()
  const now = useNow()
  useKeys((key) => {
    if (key !== 'enter' && key !== 'q') return false
    send({ do: 'end-learning' })
    return true
  })
  return (
    <Screen
      question={question}
      hints={[
        ['Enter', 'end it'],
        ['?', 'help'],
        ['Ctrl-C', 'undo it and leave'],
      ]}
    >
      {({ width, height }) => <Rows lines={rows(phase, now, width, height)} height={height} />}
    </Screen>
  )
}
