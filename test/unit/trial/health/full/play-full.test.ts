import { appendFileSync, existsSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Host } from '../../../../../src/host/host.ts'
import { liveHost } from '../../../../../src/host/live-host.ts'
import type { FullCheck } from '../../../../../src/trial/health/full/exchange.ts'
import { holdFull, playAllFull } from '../../../../../src/trial/health/full/play-full.ts'
import { temporaryFolder } from '../../../host/temporary.ts'

const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

const bytes = (hexadecimal: string) => Buffer.from(hexadecimal, 'hex').toString('latin1')

/** A server that greets, and answers each thing that is said to it; '' is no answer. */
async function serve(greeting: string, answer: (said: string) => string): Promise<number> {
  const server = createServer((socket) => {
    closers.push(() => socket.destroy())
    socket.on('error', () => undefined)
    if (greeting !== '') socket.write(greeting, 'latin1')
    socket.on('data', (data) => socket.write(answer(data.toString('latin1')), 'latin1'))
  })
  closers.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const CLONE: Host = { ...liveHost(), isClone: true }

const checkAt = (protocol: string, port: number, more: Partial<FullCheck> = {}): FullCheck => ({
  protocol,
  to: { transport: 'tcp', address: '127.0.0.1', port },
  thing: 'it',
  done: 'done',
  ...more,
})
const held = async (protocol: string, greeting: string, answer: (said: string) => string) =>
  holdFull(CLONE, checkAt(protocol, await serve(greeting, answer), { address: 'alice@localhost' }))

/** Answers to the commands of a mail, by their first word. */
const mailbox = (over: Record<string, string>) => (said: string) => {
  const word = said.endsWith('\r\n.\r\n') ? 'text' : said.slice(0, 4)
  return over[word] ?? (word === 'DATA' ? '354 go on\r\n' : '250-so\r\n250 done\r\n')
}
const values = (over: Record<string, string>) => (said: string) => {
  const [, , name = '', , key = ''] = said.split('\r\n')
  const usual: Record<string, string> = { SET: '+OK', GET: `$${key.length}\r\n${key}`, DEL: ':1' }
  return `${over[name] ?? usual[name]}\r\n`
}
const lines = (said: string) => {
  const [name, key] = said.trim().split(' ')
  if (name === 'set') return 'STORED\r\n'
  return name === 'get' ? `VALUE ${key} 0 26\r\n${key}\r\nEND\r\n` : 'DELETED\r\n'
}
/** The answer to CONNECT and SUBSCRIBE; what is published comes back without the flag that it is kept. */
const topics = (granted: string) => (said: string) => {
  if (said.startsWith(bytes('10'))) return bytes('20020000')
  if (said.startsWith(bytes('82'))) return bytes(`90030001${granted}`)
  return said.startsWith('1') ? `0${said.slice(1)}` : ''
}
const DONE = bytes('300c02010165070a010004000400')
const directory = (code: string) => (said: string) => {
  if (said.includes('namingContexts'))
    return `0*${bytes('0201016425040030')}!0\x1f\x04\x0enamingContexts1\r\x04\x0bdc=nodomain${DONE}`
  const found = said.includes('dc=nodomain')
  return found ? `${bytes('30140201016400')}${DONE.replace('\x0a\x01\x00', `\x0a\x01${bytes(code)}`)}` : DONE
}

const files = (answer: string) => (said: string) => {
  const list = '213-Status follows:\r\ndrwxr-xr-x 2 0 0 4096 pub\r\n213 End\r\n'
  return { USER: `${answer}\r\n`, STAT: list }[said.slice(0, 4)] ?? '230 done\r\n'
}
const channels = (code: string) => (said: string) => {
  const [, channel] = /^JOIN (#\S+)/.exec(said) ?? []
  return channel === undefined
    ? `:lab ${code} h :hi\r\n`
    : `:h JOIN :${channel}\r\n:lab 366 h ${channel} :End\r\n`
}

/** A message with these flags and so many answers, and the question. */
const names = (flags: string, count: string) => (said: string) =>
  `HC${bytes(flags)}${bytes('0001')}${bytes(count)}\0\0\0\0${said.slice(12)}`

describe('a full exchange', () => {
  it.each<[string, string, (said: string) => string]>([
    ['SMTP', '220 lab ESMTP\r\n', mailbox({})],
    ['LMTP', '220 lab LMTP\r\n', mailbox({})],
    ['RESP', '', values({})],
    ['memcache', '', lines],
    ['MQTT', '', topics('00')],
    ['LDAP', '', directory('00')],
    ['NNTP', '200 hello\r\n', () => '215 list follows\r\nlocal.test 1 1 y\r\n.\r\n'],
    ['HTTP upgrade', '', () => 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['FTP', '220 lab\r\n', files('331 which password?')],
    ['DNS', '', names('8400', '0001')],
    ['IRC', '', channels('001')],
  ])('of %s is played to its end', async (protocol, greeting, answer) => {
    expect(await held(protocol, greeting, answer)).toHaveProperty('token')
  })

  it.each<[string, string, (said: string) => string, RegExp, boolean]>([
    ['SMTP', '220 x\r\n', mailbox({ RCPT: '550 relay not permitted\r\n' }), /550 relay not permitted/, false],
    ['SMTP', '220 x\r\n', mailbox({ MAIL: '530 Must issue STARTTLS\r\n' }), /530/, true],
    ['SMTP', '220 x\r\n', mailbox({ text: '451 try later\r\n' }), /451 try later/, false],
    ['RESP', '', values({ SET: '-NOAUTH Authentication required.' }), /NOAUTH/, true],
    ['RESP', '', values({ SET: '-MISCONF read-only file system' }), /MISCONF/, false],
    ['RESP', '', values({ GET: '$-1' }), /\$-1/, false],
    ['MQTT', '', () => bytes('20020005'), /./, true],
    ['MQTT', '', topics('80'), /./, false],
    ['LDAP', '', directory('32'), /./, true],
    ['FTP', '220 lab\r\n', files('530 nobody without an account'), /530/, true],
    ['IRC', '', channels('464'), /464/, true],
    ['DNS', '', names('8405', '0000'), /./, false],
    ['DNS', '', names('8000', '0001'), /./, false],
    ['DNS', '', names('8400', '0000'), /./, false],
    ['HTTP upgrade', '', () => 'HTTP/1.1 401 Unauthorized\r\n\r\n', /401/, true],
  ])('of %s ends at another answer', async (protocol, greeting, answer, why, password) => {
    expect(await held(protocol, greeting, answer)).toEqual({ why: expect.stringMatching(why), password })
  })

  it('says nothing of a mail to a server that did not take its recipient', async () => {
    let got = ''
    await held('SMTP', '220 x\r\n', (said) => {
      got += said
      return said.startsWith('RCPT') ? '550 no\r\n' : '250 yes\r\n'
    })
    expect(got).toContain('RCPT TO:<alice@localhost>')
    expect(got).not.toContain('DATA')
  })

  it('went well only if its copy came to where it has to come', async () => {
    const folder = temporaryFolder()
    const taken = (text: string) => mailbox({})(text)
    const delivering = (text: string) => {
      if (text.endsWith('\r\n.\r\n')) setTimeout(() => appendFileSync(join(folder, 'alice'), text), 100)
      return taken(text)
    }
    const arrival = { folder, waitMs: 1500 }
    const checks = [
      checkAt('SMTP', await serve('220 x\r\n', taken), { done: 'delivered', arrival }),
      checkAt('SMTP', await serve('220 x\r\n', delivering), { done: 'delivered', arrival }),
    ]
    const answers = await playAllFull(CLONE, checks)
    expect(answers.map(({ answer }) => answer)).toEqual(['taken, but not delivered', 'delivered'])
  })

  it('did not go well where a new mailbox is somebody else’s', async () => {
    const path = join(temporaryFolder(), 'alice')
    const delivering = (text: string) => {
      if (text.endsWith('\r\n.\r\n')) writeFileSync(path, text, { mode: 0o600 })
      return mailbox({})(text)
    }
    const port = await serve('220 x\r\n', delivering)
    const own = statSync(dirname(path))
    const answerFor = async (mode: number) => {
      const arrival = { folder: path, waitMs: 1500, anew: { uid: own.uid, gid: own.gid, mode } }
      const [played] = await playAllFull(CLONE, [checkAt('SMTP', port, { done: 'delivered', arrival })])
      return played?.answer
    }
    expect(await answerFor(0o600)).toBe('delivered')
    expect(existsSync(path)).toBe(false)
    expect(await answerFor(0o644)).toMatch(/^delivered, but made as \S+ 0600 and not as \S+ 0644$/)
  })

  it('is never played on a live host', async () => {
    const live = { ...CLONE, isClone: false } as Host
    await expect(holdFull(live, checkAt('RESP', await serve('', values({}))))).rejects.toThrow(/only clones/)
  })
})
