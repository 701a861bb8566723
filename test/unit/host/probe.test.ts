import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { probe } from '../../../src/host/probe.ts'
import { temporaryFolder } from './temporary.ts'

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0
const servers: Server[] = []
const sockets = new Set<Socket>()

function track<Kind extends Server>(server: Kind): Kind {
  servers.push(server)
  server.on('connection', (socket) => sockets.add(socket))
  return server
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => track(server).listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

afterEach(async () => {
  for (const socket of sockets) socket.destroy()
  sockets.clear()
  await Promise.all(servers.splice(0).map((server) => new Promise((done) => server.close(done))))
})

const http = (url: string, timeoutMs = 2000) => probe({ kind: 'http', url, timeoutMs })

describe('an HTTP probe', () => {
  it.each([200, 204, 301, 403, 404, 500, 503])('answers the status %d, whichever it is', async (status) => {
    const port = await listen(createHttp((_, response) => response.writeHead(status).end()))
    expect(await http(`http://127.0.0.1:${port}/`)).toMatchObject({ ok: true, answer: String(status) })
  })

  it('does not follow a redirection, which would ask another server', async () => {
    let asked = 0
    const server = createHttp((_, response) => {
      asked += 1
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    const port = await listen(server)
    expect((await http(`http://127.0.0.1:${port}/`)).answer).toBe('302')
    expect(asked).toBe(1)
  })

  it.skipIf(!HAS_OPENSSL)(
    'takes a certificate that nobody signed: it asks whether the service answers',
    async () => {
      const folder = temporaryFolder()
      const [key, cert] = [join(folder, 'key'), join(folder, 'cert')]
      const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert]
      execFileSync('openssl', [...made, '-subj', '/CN=elsewhere', '-days', '1'], { stdio: 'ignore' })
      const server = createHttps({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
        response.writeHead(401).end()
      })
      const port = await listen(server)
      expect(await http(`https://127.0.0.1:${port}/`)).toMatchObject({ ok: true, answer: '401' })
    },
  )

  it.each([
    ['never says a word', (_socket: Socket) => undefined],
    ['sends headers for ever', (socket: Socket) => drip(socket, 'HTTP/1.1 200 OK\r\n', 'x-more: 1\r\n')],
  ])('settles in time with a server that %s', async (_, behave) => {
    const port = await listen(
      createServer((socket) => {
        socket.on('error', () => undefined)
        behave(socket)
      }),
    )
    const started = performance.now()
    expect(await http(`http://127.0.0.1:${port}/`, 300)).toMatchObject({ ok: false, answer: 'no answer' })
    expect(performance.now() - started).toBeLessThan(1500)
  })

  it('takes the status of a server whose body never ends', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      drip(socket, 'HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n', 'x')
    })
    const port = await listen(server)
    expect(await http(`http://127.0.0.1:${port}/`)).toMatchObject({ ok: true, answer: '200' })
  })

  it('names the error of what is no HTTP, of a connection cut off and of a URL that is none', async () => {
    const garbage = await listen(createServer((socket) => socket.end('220 smtp ready\r\n')))
    const cut = await listen(createServer((socket) => socket.destroy()))
    expect(await http(`http://127.0.0.1:${garbage}/`)).toMatchObject({ ok: false })
    expect(await http(`http://127.0.0.1:${cut}/`)).toMatchObject({ ok: false, answer: 'ECONNRESET' })
    expect(await http('http://')).toMatchObject({ ok: false })
  })
})

function drip(socket: Socket, head: string, drop: string): void {
  socket.write(head)
  const timer = setInterval(() => socket.write(drop), 20)
  socket.on('close', () => clearInterval(timer))
}

describe('a connection', () => {
  it('to a port or a Unix socket that is listened on is connected', async () => {
    const port = await listen(createServer((socket) => socket.on('error', () => undefined)))
    const path = join(temporaryFolder(), 'socket')
    await new Promise<void>((resolve) => track(createServer()).listen(path, resolve))
    const tcp = await probe({ kind: 'tcp', address: '127.0.0.1', port, timeoutMs: 2000 })
    const unix = await probe({ kind: 'unix', path, timeoutMs: 2000 })
    expect(tcp).toMatchObject({ ok: true, answer: 'connected' })
    expect(unix).toMatchObject({ ok: true, answer: 'connected' })
  })

  it('to a port that nobody listens on any more is refused', async () => {
    const server = createServer()
    const port = await listen(server)
    await new Promise((done) => server.close(done))
    servers.pop()
    const answer = await probe({ kind: 'tcp', address: '127.0.0.1', port, timeoutMs: 2000 })
    expect(answer).toMatchObject({ ok: false, answer: 'ECONNREFUSED' })
  })

  it('to a socket file that is not there, or a port that can’t be, is an answer too', async () => {
    const path = join(temporaryFolder(), 'missing')
    expect((await probe({ kind: 'unix', path, timeoutMs: 500 })).answer).toBe('ENOENT')
    const beyond = probe({ kind: 'tcp', address: '127.0.0.1', port: 99999, timeoutMs: 500 })
    expect(await beyond).toMatchObject({ ok: false, answer: 'ERR_SOCKET_BAD_PORT' })
  })
})
