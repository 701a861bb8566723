import type { Host, TalkAddress } from '../../host/host.ts'
import { answerTo } from './ask.ts'
import { type Check, checkLabel, PROBE_TIMEOUT_MS } from './check.ts'
import { PROTOCOLS, protocolNamed, protocolOfGreeting, protocolOfPort } from './protocols/index.ts'
import { type Protocol, TURN_MS } from './protocols/protocol.ts'

/** A listener that can be asked. */
export type Endpoint =
  | { transport: 'tcp' | 'udp'; address: string; port: number }
  | { transport: 'unix'; path: string }

/**
 * How far the questions may go: only protocols that a sign supports, or any to find the protocol. The latter is for
 * clones.
 */
export type Boldness = 'signs' | 'any'

export interface Recognised {
  /** Undefined where nothing can be asked. */
  check?: Check
  /** The question that ended the service; the check is the best that remains. */
  ended?: string
}

const WITHOUT_A_WORD = 'a connection without a word'

/** A greeting comes at once, or the server waits for its client. */
const GREETING_MS = 1000

/** Most protocols leave it unanswered, so it has a short limit. */
const TRY_MS = 700

export function connectionCheck(to: TalkAddress): Check | undefined {
  if (to.transport === 'unix') return { kind: 'unix', path: to.path, timeoutMs: PROBE_TIMEOUT_MS }
  if (to.transport === 'udp') return undefined
  return { kind: 'tcp', address: to.address, port: to.port, timeoutMs: PROBE_TIMEOUT_MS }
}

function url(scheme: 'http' | 'https', address: string, port: number): string {
  const standard = port === (scheme === 'http' ? 80 : 443)
  const host = address.includes(':') ? `[${address}]` : address
  return `${scheme}://${host}${standard ? '' : `:${port}`}/`
}

/** The check that holds a service to a protocol. HTTP over a port is asked as every client does. */
function checkOf({ name }: Protocol, to: TalkAddress): Check {
  const timeoutMs = PROBE_TIMEOUT_MS
  if (name === 'HTTP' && (to.transport === 'tcp' || to.transport === 'tls')) {
    const scheme = to.transport === 'tls' ? 'https' : 'http'
    return { kind: 'http', url: url(scheme, to.address, to.port), timeoutMs }
  }
  return { kind: 'talk', protocol: name, to, timeoutMs: Math.max(timeoutMs, 3 * TURN_MS) }
}

/** Protocols to ask a silent port in: those it is registered for, in clear text or in TLS. */
export function questionsFor(to: Endpoint): Check[] {
  if (to.transport === 'unix') return []
  const plain = protocolOfPort(to.transport, to.port)
  const inTls = to.transport === 'tcp' ? protocolOfPort('tls', to.port) : undefined
  return [
    ...(plain === undefined ? [] : [checkOf(plain, to)]),
    ...(inTls === undefined ? [] : [checkOf(inTls, { ...to, transport: 'tls' })]),
  ]
}

/** Answers to an HTTP request that can be a sign of TLS: 400, an alert, or the end of the connection. */
export function looksLikeTls(answer: string, closed: boolean): boolean {
  return (answer === '' && closed) || /^\x15\x03/.test(answer) || /^HTTP\/\d\.\d 400/.test(answer)
}

class Recognition {
  readonly #host: Host
  readonly #to: Endpoint
  readonly #survived: () => Promise<boolean>
  ended: string | undefined

  constructor(host: Host, to: Endpoint, survived: () => Promise<boolean>) {
    this.#host = host
    this.#to = to
    this.#survived = survived
  }

  async #lives(question: string): Promise<boolean> {
    if (!(await this.#survived())) this.ended = question
    return this.ended === undefined
  }

  /** What the server says by itself; empty for one that waits, or can't be reached. */
  async greeting(): Promise<string> {
    const steps = [{ until: '\\n|^.{8}', waitMs: GREETING_MS }]
    const heard = await this.#host.probe({ kind: 'talk', to: this.#to, steps, timeoutMs: PROBE_TIMEOUT_MS })
    if (!(await this.#lives(WITHOUT_A_WORD))) return ''
    return heard.heard?.join('') ?? ''
  }

  /** The check, where the service answers it and lives on. */
  async tried(check: Check): Promise<Check | undefined> {
    if (this.ended !== undefined) return undefined
    const { ok, answer } = await answerTo(this.#host, check)
    if (!(await this.#lives(checkLabel(check)))) return undefined
    // 400 from a TLS port asked in clear text is an answer of the wrong kind.
    return ok && !(answer === '400' && check.kind === 'http' && check.url.startsWith('http:'))
      ? check
      : undefined
  }

  async #said(protocol: Protocol): Promise<{ heard: string[]; answer: string; closed: boolean }> {
    const steps = protocol.gentle.map((step) => ({ ...step, waitMs: TRY_MS }))
    const request = { kind: 'talk', to: this.#to, steps, timeoutMs: PROBE_TIMEOUT_MS } as const
    const { heard = [], closed = false } = await this.#host.probe(request)
    await this.#lives(protocol.name)
    return { heard, answer: heard.join(''), closed }
  }

  /** HTTP first, which most services speak; TLS only if the answer is a sign of it. */
  async web(): Promise<Check | undefined> {
    const http = protocolNamed('HTTP') as Protocol
    const to = this.#to
    const { answer, closed } = await this.#said(http)
    if (this.ended !== undefined) return undefined
    const status = http.read([answer])
    if (status !== undefined && status !== '400') return this.tried(checkOf(http, to))
    const secure = to.transport === 'tcp' && looksLikeTls(answer, closed)
    const inTls = secure ? await this.tried(checkOf(http, { ...to, transport: 'tls' })) : undefined
    return inTls ?? (status === undefined ? undefined : checkOf(http, to))
  }

  /** Protocols whose answer can't be mistaken, one after the other. */
  async others(): Promise<Check | undefined> {
    for (const protocol of PROTOCOLS) {
      if (protocol.tellsItself === undefined || protocol.name === 'HTTP') continue
      const { heard } = await this.#said(protocol)
      if (this.ended !== undefined) return undefined
      if (protocol.read(heard) !== undefined) return checkOf(protocol, this.#to)
    }
    return undefined
  }
}

/**
 * The best check for a listener: by its greeting, else by its registered port, else, in a clone, by its answers; a
 * plain connection if nothing tells. A port that speaks first gets no HTTP request, and a port without a sign of TLS
 * gets no TLS hello. `survived` tells after each question whether the service is still alive.
 */
export async function recognise(
  host: Host,
  to: Endpoint,
  boldness: Boldness,
  survived: () => Promise<boolean>,
): Promise<Recognised> {
  const asking = new Recognition(host, to, survived)
  const check = await bestCheck(asking, to, boldness)
  const { ended } = asking
  const otherwise = ended === WITHOUT_A_WORD ? undefined : (check ?? connectionCheck(to))
  return {
    ...(otherwise === undefined ? {} : { check: otherwise }),
    ...(ended === undefined ? {} : { ended }),
  }
}

async function bestCheck(asking: Recognition, to: Endpoint, boldness: Boldness): Promise<Check | undefined> {
  // A path is not a sign, and a daemon may have dozens of sockets, of which few greet.
  if (to.transport === 'unix' && boldness === 'signs') return undefined
  const questions = questionsFor(to)
  const [first] = questions
  // Where the client is known to speak first, nobody waits for a greeting.
  const waits = to.transport === 'udp' || (first !== undefined && !speaksFirst(first))
  const greeting = waits ? '' : await asking.greeting()
  if (greeting !== '') {
    const port = to.transport === 'unix' ? undefined : to.port
    return asking.tried(checkOf(protocolOfGreeting(greeting, port), to))
  }
  for (const question of questions) {
    const answered = speaksFirstInClear(question) ? undefined : await asking.tried(question)
    if (answered !== undefined) return answered
  }
  if (to.transport === 'udp' || boldness === 'signs' || asking.ended !== undefined) return undefined
  const web = await asking.web()
  return web ?? (asking.ended === undefined ? asking.others() : undefined)
}

/** A protocol in which the server greets, in clear text: one that was silent does not speak it. */
function speaksFirstInClear(check: Check): boolean {
  return check.kind === 'talk' && check.to.transport !== 'tls' && speaksFirst(check)
}

function speaksFirst(check: Check): boolean {
  return check.kind === 'talk' && protocolNamed(check.protocol)?.greeting !== undefined
}
