import { createSocket } from 'node:dgram'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { TalkAddress, TalkStep } from '../../../src/host/host.ts'
import { probe } from '../../../src/host/probe.ts'
import { temporaryFolder } from './temporary.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

async function serve(behave: (socket: Socket) => void, path?: string): Promise<TalkAddress> {
  const server: Server = createServer((socket) => {
    closers.push(() => socket.destroy())
    socket.on('error', () => undefined)
    behave(socket)
  })
  closers.push(() => server.close())
  await new Promise<void>((resolve) => {
    if (path === undefined) server.listen(0, '127.0.0.1', resolve)
    else server.listen(path, resolve)
  })
  if (path !== undefined) return { transport: 'unix', path }
  return { transport: 'tcp', address: '127.0.0.1', port: (server.address() as AddressInfo).port }
}

const talk = (to: TalkAddress, steps: TalkStep[], timeoutMs = 2000) =>
  probe({ kind: 'talk', to, steps, timeoutMs })
const LINE = { until: '\\n', waitMs: 1000 }

describe('a conversation', () => {
  it.each(['tcp', 'unix'])('goes on as each turn is answered, over %s', async (over) => {
    const to = await serve(
      (socket) => {
        socket.write('hello\n')
        socket.on('data', (data: Buffer) => socket.write(Buffer.concat([Buffer.from('you said '), data])))
      },
      over === 'unix' ? join(temporaryFolder(), 'socket') : undefined,
    )
    const answer = await talk(to, [LINE, { ...LINE, send: 'a\n' }, { ...LINE, send: 'b\xff\n' }])
    expect(answer).toMatchObject({ ok: true, answer: 'connected' })
    expect(answer.heard).toEqual(['hello\n', 'you said a\n', 'you said b\xff\n'])
  })

  it('says nothing to a server that has not spoken yet where it is to be heard first', async () => {
    let got = ''
    const to = await serve((socket) => socket.on('data', (data) => (got += data)))
    const answer = await talk(to, [{ until: '\\n', waitMs: 200 }])
    expect(answer).toMatchObject({ ok: true, heard: [''] })
    expect(got).toBe('')
  })

  it('ends in time, and with a bounded memory, whatever the server does', async () => {
    const flood = await serve((socket) => {
      const more = () => {
        while (socket.write('x'.repeat(10_000)));
        socket.once('drain', more)
      }
      more()
    })
    const heard = (await talk(flood, [LINE])).heard ?? []
    expect(heard[0]?.length).toBe(64 * 1024)
    const silent = await serve(() => undefined)
    const started = performance.now()
    expect(await talk(silent, [{ until: 'x', waitMs: 60_000 }], 300)).toMatchObject({ ok: true, heard: [''] })
    expect(performance.now() - started).toBeLessThan(1500)
  })

  it('ends where an answer is another than the wanted one', async () => {
    let got = ''
    const to = await serve((socket) => {
      socket.write('550 no\n')
      socket.on('data', (data) => (got += data))
    })
    const answer = await talk(
      to,
      [
        { ...LINE, wanted: '^2' },
        { ...LINE, send: 'more\n' },
      ],
      1000,
    )
    expect(answer).toMatchObject({ ok: true, heard: ['550 no\n'] })
    expect(got).toBe('')
  })

  it('tells that the server ended it, with what was heard until then', async () => {
    const to = await serve((socket) => socket.end('421 bye\r\n'))
    const answer = await talk(to, [LINE, { ...LINE, send: 'x' }])
    expect(answer).toMatchObject({ ok: true, closed: true })
    expect(answer.heard?.[0]).toBe('421 bye\r\n')
  })

  it('with a port that nobody listens on is no answer', async () => {
    const refused = { transport: 'tcp', address: '127.0.0.1', port: 1 } as const
    expect(await talk(refused, [LINE])).toMatchObject({ ok: false, answer: 'ECONNREFUSED' })
    const missing = { transport: 'unix', path: join(temporaryFolder(), 'x') } as const
    expect(await talk(missing, [LINE])).toMatchObject({ ok: false, answer: 'ENOENT' })
  })

  it('over datagrams takes the answer from whichever port it comes', async () => {
    const [server, other] = [createSocket('udp4'), createSocket('udp4')]
    closers.push(
      () => server.close(),
      () => other.close(),
    )
    server.on('message', (_, from) => other.send('from elsewhere', from.port, from.address))
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
    await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve))
    const to = { transport: 'udp', address: '127.0.0.1', port: server.address().port } as const
    expect(await talk(to, [{ send: 'q', until: '.', waitMs: 1000 }])).toMatchObject({
      ok: true,
      heard: ['from elsewhere'],
    })
  })

  it('over datagrams asks again where nothing comes, and no more once it did', async () => {
    const server = createSocket('udp4')
    closers.push(() => server.close())
    let asked = 0
    server.on('message', (_, from) => {
      asked += 1
      if (asked === 2) server.send('here', from.port, from.address)
    })
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve))
    const to = { transport: 'udp', address: '127.0.0.1', port: server.address().port } as const
    const step = { send: 'q', until: '.', waitMs: 2000 }
    expect(await talk(to, [step, { until: '.{9}', waitMs: 1200 }], 4000)).toMatchObject({
      heard: ['here', ''],
    })
    expect(asked).toBe(2)
  })
})
