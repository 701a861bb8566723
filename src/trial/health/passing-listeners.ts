import type { ProcessFacts, SocketFacts } from '../../observe/facts.ts'
import { type Listener, lastingAddress, listenerKey, listenersOf } from './baseline.ts'

/** Below these only root listens, for all to find: ip(7). */
const FIRST_FREE = 1024
const LAST = 65_535
const TICKS_A_SECOND = 100
/** A start is over by then, and what came later came for a reason of its own. */
const LATER_SECONDS = 30
/** A "from" and its "to" stand beside each other. */
const LINES_APART = 3

type Range = readonly [from: number, to: number]

const NUMBER = /(?<![\w.:])\d{4,5}(?![\w.])/g
const ONE_LINE = /(?<![\w.])(\d{4,5})\s*(?:-|:|\.\.|\s)\s*(\d{4,5})(?![\w.])/g
const FROM = /min|low|start|first|from|begin/i
const TO = /max|high|end|last|to\b|until/i

function isRange([from, to]: Range): boolean {
  return from >= FIRST_FREE && from < to && to <= LAST
}

/** Ranges of ports in a configuration: "30000-31000" or "30000 31000" in a line, or one key with each end. Pure. */
export function portRanges(text: string): Range[] {
  const lines = text.split('\n').filter((line) => !/^\s*[#;]/.test(line))
  const inLines = lines.flatMap((line) =>
    [...line.matchAll(ONE_LINE)].map(([, from, to]): Range => [Number(from), Number(to)]),
  )
  const ends = lines.flatMap((line, at) => {
    const key = line.replace(NUMBER, '')
    const [number] = line.match(NUMBER) ?? []
    return number === undefined ? [] : [{ at, key, number: Number(number) }]
  })
  const beside = ends.flatMap((one) => {
    if (!FROM.test(one.key)) return []
    const other = ends.find(
      ({ at, key }) => TO.test(key) && Math.abs(at - one.at) <= LINES_APART && at !== one.at,
    )
    return other === undefined ? [] : [[one.number, other.number] as Range]
  })
  return [...inLines, ...beside].filter(isRange)
}

/** Held by none but processes that began when the service had long started: one that a request made it start. */
function isHeldLater({ pids }: SocketFacts, processes: readonly ProcessFacts[]): boolean {
  const first = Math.min(...processes.map(({ startTicks }) => Number(startTicks)))
  const holders = processes.filter(({ pid }) => pids.includes(pid))
  const limit = first + LATER_SECONDS * TICKS_A_SECOND
  return (
    holders.length > 0 && holders.every(({ isMain, startTicks }) => !isMain && Number(startTicks) > limit)
  )
}

/**
 * Listeners that may be there for a request or a call, and that no start brings: of a process that began later, or on a
 * port of a range in its configuration, which does not name that port itself. Only where a start of the unhardened
 * service lacks them they are. Pure.
 */
export function passingListeners(
  sockets: readonly SocketFacts[],
  processes: readonly ProcessFacts[],
  texts: readonly string[],
): Listener[] {
  const ranges = texts.flatMap(portRanges)
  // The ends of a range stand there for the range.
  const ends = new Set(ranges.flat())
  const named = new Set(
    texts
      .flatMap((text) => text.match(NUMBER) ?? [])
      .map(Number)
      .filter((port) => !ends.has(port)),
  )
  const isOfRange = ({ family, port }: SocketFacts) =>
    family !== 'AF_UNIX' && !named.has(port) && ranges.some(([from, to]) => port >= from && port <= to)
  const keys = new Set(
    sockets
      .filter((socket) => isOfRange(socket) || isHeldLater(socket, processes))
      .map((socket) => listenerKey({ ...socket, address: lastingAddress(socket, sockets) })),
  )
  return listenersOf(sockets).filter((one) => keys.has(listenerKey(one)))
}
