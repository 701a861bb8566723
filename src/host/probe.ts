import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, type Socket } from 'node:net'
import type { ProbeAnswer, ProbeRequest } from './host.ts'
import { talk } from './talk.ts'

type Settle = (ok: boolean, answer: string) => void

function errorCode(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}

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
    response.on('error', () => undefined)
    response.resume()
    settle(true, String(response.statusCode ?? 0))
  })
  request.on('error', (error) => settle(false, errorCode(error)))
  request.end()
  return () => request.destroy()
}

function askSocket(socket: Socket, settle: Settle): () => void {
  socket.on('connect', () => settle(true, 'connected'))
  socket.on('error', (error) => settle(false, errorCode(error)))
  return () => socket.destroy()
}

/**
 * Asks once and returns within the request's time limit, whatever the other side does: a service whose workers die in a
 * loop accepts a connection and never answers.
 */
export function probe(request: ProbeRequest): Promise<ProbeAnswer> {
  return request.kind === 'talk' ? talk(request) : askOnce(request)
}

function askOnce(request: Exclude<ProbeRequest, { kind: 'talk' }>): Promise<ProbeAnswer> {
  const started = performance.now()
  return new Promise((resolve) => {
    let close: () => void = () => undefined
    const timer = setTimeout(() => settle(false, 'no answer'), request.timeoutMs)
    function settle(ok: boolean, answer: string): void {
      clearTimeout(timer)
      resolve({ ok, answer, ms: Math.round(performance.now() - started) })
      close()
    }
    try {
      if (request.kind === 'http') close = askHttp(request.url, request.timeoutMs, settle)
      else if (request.kind === 'tcp') {
        close = askSocket(connect({ host: request.address, port: request.port }), settle)
      } else close = askSocket(connect({ path: request.path }), settle)
    } catch (error) {
      // Node takes neither every URL nor every path; what it does not take can't be asked.
      settle(false, errorCode(error as Error))
    }
  })
}
