import { type AddressInfo, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import type { Host } from '../../../../src/host/host.ts'
import { probe } from '../../../../src/host/probe.ts'
import { checkLabel } from '../../../../src/trial/health/check.ts'
import {
  type Boldness,
  type Endpoint,
  looksLikeTls,
  questionsFor,
  recognise,
} from '../../../../src/trial/health/recognise.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** A daemon on a port of its own, and all that it was ever sent. */
async function daemon(behave: (socket: Socket, sent: string) => void, greeting = '') {
  const sent: string[] = []
  const server = createServer((socket) => {
    closers.push(() => socket.destroy())
    socket.on('error', () => undefined)
    if (greeting !== '') socket.write(greeting)
    socket.on('data', (data) => {
      sent.push(data.toString('latin1'))
      behave(socket, data.toString('latin1'))
    })
  })
  closers.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const to: Endpoint = {
    transport: 'tcp',
    address: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
  }
  return { sent, to }
}

const host = { probe } as unknown as Host
const ask = (to: Endpoint, boldness: Boldness, survived = async () => true) =>
  recognise(host, to, boldness, survived)
const nothing = () => undefined
const hangUp = (socket: Socket) => void socket.destroy()

describe('a port that is met', () => {
  it('is told by its greeting, and is sent what a peer of that protocol sends', async () => {
    const { to, sent } = await daemon((socket, text) => {
      if (text.startsWith('EHLO')) socket.write('250 mx\r\n')
    }, '220 mx ESMTP\r\n')
    const { check } = await ask(to, 'any')
    expect(check).toMatchObject({ kind: 'talk', protocol: 'SMTP' })
    expect(sent.join('')).not.toMatch(/GET|HTTP|\x16\x03/)
  })

  it('is sent nothing where it greets in no known protocol', async () => {
    const { to, sent } = await daemon(nothing, '@HELLO: 31.0\n')
    const { check } = await ask(to, 'any')
    expect(check && checkLabel(check)).toMatch(/^greeting on /)
    expect(sent).toEqual([])
  })

  it('is sent nothing at all live, where it is silent and gives no sign', async () => {
    const { to, sent } = await daemon(nothing)
    expect((await ask(to, 'signs')).check).toMatchObject({ kind: 'tcp' })
    expect(sent).toEqual([])
  })

  it('is asked by HTTP in a clone', async () => {
    const { to } = await daemon((socket) => socket.end('HTTP/1.1 404 no\r\ncontent-length: 0\r\n\r\n'))
    expect((await ask(to, 'any')).check).toMatchObject({ kind: 'http' })
  })

  it('gets no hello of TLS where it answered nothing, or words of its own', { timeout: 20_000 }, async () => {
    const silent = await daemon(nothing)
    const words = await daemon((socket) => socket.write('what?\n'))
    for (const { to, sent } of [silent, words]) {
      expect((await ask(to, 'any')).check).toMatchObject({ kind: 'tcp' })
      expect(sent.join('')).not.toMatch(/\x16\x03/)
    }
  })

  it('is not asked on, once a question ended the service', async () => {
    let asked = 0
    const { to, sent } = await daemon(hangUp)
    const found = await ask(to, 'any', async () => {
      asked += 1
      return asked < 2
    })
    expect(found).toMatchObject({ ended: 'HTTP', check: { kind: 'tcp' } })
    expect(sent).toHaveLength(1)
  })

  it('is not even connected to, where a connection ended the service', async () => {
    const { to, sent } = await daemon(nothing)
    const found = await ask(to, 'any', async () => false)
    expect(found.check).toBeUndefined()
    expect(found.ended).toMatch(/connection/)
    expect(sent).toEqual([])
  })
})

describe('what a port is registered for', () => {
  const at = (transport: 'tcp' | 'udp', port: number) =>
    questionsFor({ transport, address: '127.0.0.1', port }).map(checkLabel)

  it.each([
    ['tcp', 80, ['GET http://127.0.0.1/']],
    ['tcp', 443, ['GET https://127.0.0.1/']],
    ['tcp', 993, ['IMAP over TLS on 127.0.0.1 port 993']],
    ['tcp', 5432, ['PostgreSQL on 127.0.0.1 port 5432']],
    ['tcp', 711, []],
    ['udp', 53, ['DNS on 127.0.0.1 port 53']],
    ['udp', 443, []],
  ] as const)('%s %d', (transport, port, labels) => {
    expect(at(transport, port)).toEqual(labels)
  })

  it.each([
    ['', true, true],
    ['', false, false],
    ['\x15\x03\x01\0\x02\x02\x46', true, true],
    ['HTTP/1.1 400 Bad Request', true, true],
    ['HTTP/1.1 200 OK', true, false],
    ['-ERR unknown command', true, false],
  ])('an answer %j (closed: %s) to clear text is a sign of TLS: %s', (answer, closed, sign) => {
    expect(looksLikeTls(answer, closed)).toBe(sign)
  })
})
