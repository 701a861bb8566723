import { createSocket } from 'node:dgram'
import { connect, isIPv6, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { ProbeAnswer, ProbeRequest, TalkAddress, TalkStep } from './host.ts'

type Talk = Extract<ProbeRequest, { kind: 'talk' }>

/** No greeting is longer; the rest is not read. */
const MAX_BYTES = 64 * 1024
/** A datagram may get lost, and some servers lose the first one after their start: RFC 1350, section 2; RFC 1035, 4.2.1. */
const AGAIN_MS = 1000

export function errorCode(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}

/** The other side of a conversation: says bytes, and tells of what comes. */
interface Line {
  say(bytes: Buffer): void
  close(): void
}

interface Events {
  open(): void
  /** Text as Latin-1: one character a byte. */
  hear(text: string): void
  /** The other side has ended it; with a code where it ended badly. */
  end(code?: string): void
}

function overStream(socket: Socket, opened: 'connect' | 'secureConnect', events: Events): Line {
  socket.on(opened, () => events.open())
  socket.on('data', (data: Buffer) => events.hear(data.toString('latin1')))
  socket.on('end', () => events.end())
  socket.on('close', () => events.end())
  socket.on('error', (error) => events.end(errorCode(error)))
  return { say: (bytes) => socket.write(bytes), close: () => socket.destroy() }
}

/** Not connected to the peer's port: an answer may come from another one (RFC 1350, section 4), but not from elsewhere. */
function overDatagrams(address: string, port: number, events: Events): Line {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4')
  let open = true
  socket.on('message', (data, from) => {
    if (from.address === address) events.hear(data.toString('latin1'))
  })
  socket.on('error', (error) => events.end(errorCode(error)))
  socket.bind(0, () => events.open())
  return {
    say: (bytes) => socket.send(bytes, port, address),
    close() {
      if (open) socket.close()
      open = false
    },
  }
}

/** A certificate is not judged: it is asked whether the service answers as before, not whom it is. */
function lineTo(to: TalkAddress, events: Events): Line {
  if (to.transport === 'unix') return overStream(connect({ path: to.path }), 'connect', events)
  const { address, port } = to
  if (to.transport === 'udp') return overDatagrams(address, port, events)
  if (to.transport === 'tcp') return overStream(connect({ host: address, port }), 'connect', events)
  return overStream(connectTls({ host: address, port, rejectUnauthorized: false }), 'secureConnect', events)
}

/** Whether a turn is over by what was heard in it. */
function isWhole({ until }: TalkStep, heard: string): boolean {
  return until === undefined || new RegExp(until, 's').test(heard)
}

/** Whether the answer to a turn is one that the next turn may follow. */
export function isWanted({ wanted }: TalkStep, heard: string): boolean {
  return wanted === undefined || new RegExp(wanted, 's').test(heard)
}

/**
 * Holds a conversation: each turn is said once the one before it is over. Settles within the request's time limit and
 * with a bounded number of bytes, whatever the other side does. ok: the other side could be reached; over datagrams,
 * that it answered.
 */
export function talk({ to, steps, timeoutMs }: Talk): Promise<ProbeAnswer> {
  const started = performance.now()
  return new Promise((resolve) => {
    const heard: string[] = []
    let line: Line | undefined
    let waiting: NodeJS.Timeout | undefined
    let again: NodeJS.Timeout | undefined
    let [open, done, bytes] = [false, false, 0]
    const finish = (problem?: string, closed = false) => {
      if (done) return
      done = true
      clearTimeout(waiting)
      clearTimeout(again)
      clearTimeout(limit)
      const silent = to.transport === 'udp' && heard.every((text) => text === '')
      const failed = problem ?? (open ? undefined : 'no answer')
      const ok = open && !(silent && problem !== undefined)
      const answer = ok ? 'connected' : (failed ?? 'no answer')
      resolve({ ok, answer, ms: Math.round(performance.now() - started), heard, closed })
      line?.close()
    }
    const limit = setTimeout(() => finish(), timeoutMs)
    const say = (text: string) => line?.say(Buffer.from(text, 'latin1'))
    const next = () => {
      clearTimeout(waiting)
      clearTimeout(again)
      const step = steps[heard.length]
      if (done) return
      const last = steps[heard.length - 1]
      if (last !== undefined && !isWanted(last, heard.at(-1) ?? '')) return finish()
      if (step === undefined) return finish()
      heard.push('')
      const { send, until, waitMs } = step
      if (send !== undefined) say(send)
      if (until === undefined) return next()
      waiting = setTimeout(next, waitMs)
      if (send !== undefined && to.transport === 'udp' && waitMs > AGAIN_MS)
        again = setTimeout(() => say(send), AGAIN_MS)
    }
    const hear = (text: string) => {
      if (done || heard.length === 0) return
      clearTimeout(again)
      const last = heard.length - 1
      heard[last] = `${heard[last]}${text.slice(0, MAX_BYTES - bytes)}`
      bytes += text.length
      if (bytes >= MAX_BYTES) return finish()
      if (isWhole(steps[last] as TalkStep, heard[last] as string)) next()
    }
    const begin = () => {
      open = true
      next()
    }
    try {
      line = lineTo(to, { open: begin, hear, end: (code) => finish(code, true) })
    } catch (error) {
      finish(errorCode(error as Error))
    }
  })
}
