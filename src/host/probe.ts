import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { ProbeAnswer, ProbeRequest } from './host.ts'
import { errorCode, talk } from './talk.ts'

type Settle = (ok: boolean, answer: string, body?: string) => void

/** A longer body, or one that has not ended so long after its head, is not compared. */
const MAX_BODY_BYTES = 256 * 1024
const BODY_MS = 300

/** Certificates are not verified: a probe asks whether the service answers as before, not who it is. */
function askHttp(url: string, timeoutMs: number, settle: Settle): () => void {
  const ask = url.startsWith('https:') ? httpsRequest : httpRequest
  const options = {
    agent: false,
    timeout: timeoutMs,
    rejectUnauthorized: false,
    headers: { connection: 'close' },
  }
  const request = ask(url, options, (response) => {
    const status = String(response.statusCode ?? 0)
    const chunks: Buffer[] = []
    let bytes = 0
    const without = () => settle(true, status)
    setTimeout(without, BODY_MS).unref()
    response.on('error', without)
    response.on('close', without)
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > MAX_BODY_BYTES) without()
      else chunks.push(chunk)
    })
    response.on('end', () => settle(true, status, Buffer.concat(chunks).toString('latin1')))
  })
  request.on('error', (error) => settle(false, errorCode(error)))
  request.end()
  return () => request.destroy()
}

/**
 * Asks once and returns within the request's time limit, whatever the other side does: a service whose workers die in a
 * loop accepts a connection and never answers. A mere connection is a conversation without a turn.
 */
export function probe(request: ProbeRequest): Promise<ProbeAnswer> {
  if (request.kind === 'talk') return talk(request)
  if (request.kind === 'http') return askOnce(request)
  const { timeoutMs } = request
  const to =
    request.kind === 'tcp'
      ? ({ transport: 'tcp', address: request.address, port: request.port } as const)
      : ({ transport: 'unix', path: request.path } as const)
  return talk({ kind: 'talk', to, steps: [], timeoutMs })
}

function askOnce({ url, timeoutMs }: Extract<ProbeRequest, { kind: 'http' }>): Promise<ProbeAnswer> {
  const started = performance.now()
  return new Promise((resolve) => {
    let close: () => void = () => undefined
    const timer = setTimeout(() => settle(false, 'no answer'), timeoutMs)
    function settle(ok: boolean, answer: string, body?: string): void {
      clearTimeout(timer)
      const ms = Math.round(performance.now() - started)
      resolve({ ok, answer, ms, ...(body === undefined ? {} : { heard: [body] }) })
      close()
    }
    try {
      close = askHttp(url, timeoutMs, settle)
    } catch (error) {
      // Node does not take every URL; what it does not take can't be asked.
      settle(false, errorCode(error as Error))
    }
  })
}
