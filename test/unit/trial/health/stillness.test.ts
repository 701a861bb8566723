import { describe, expect, it } from 'vitest'
import type { Host } from '../../../../src/host/host.ts'
import {
  parseActivity,
  parseWaitingCall,
  remoteOf,
  Stillness,
} from '../../../../src/trial/health/stillness.ts'

const stat = (state: string, user: number, name = 'sh') =>
  `7 (${name}) ${state} 1 7 7 0 -1 0 100 0 0 0 ${user} 3 0 0 20 0 1 0 5 0 0`
const status = (waits: number) =>
  `Name:\tsh\nvoluntary_ctxt_switches:\t${waits}\nnonvoluntary_ctxt_switches:\t1\n`

describe('the activity of a process', () => {
  it.each([
    ['one that sleeps', stat('S', 2), { busy: false, done: '2 3 9 1' }],
    ['one that runs', stat('R', 2), { busy: true, done: '2 3 9 1' }],
    ['one that waits for a disk', stat('D', 2), { busy: true, done: '2 3 9 1' }],
    ['a name with blanks and parentheses', stat('S', 2, 'a) R (b'), { busy: false, done: '2 3 9 1' }],
    ['none', '', undefined],
  ])('%s', (_, text, activity) => expect(parseActivity(text, status(9))).toEqual(activity))
})

describe('a start', () => {
  /** Looks ten times at a process of which each look reads the next text; the looks for which it was still. */
  async function looksStill(read: (look: number) => [string, string]): Promise<number> {
    let look = 0
    const host = {
      read: async (path: string) => read(look)[path.endsWith('/stat') ? 0 : 1],
    } as unknown as Host
    const stillness = new Stillness(host)
    let looks = 0
    for (; look < 10; look += 1) looks = (await stillness.look(['7:5'])).looks
    return looks
  }

  it.each<[string, number, (look: number) => [string, string]]>([
    ['is still where its process sleeps and sleeps', 10, () => [stat('S', 2), status(9)]],
    ['goes on where it uses the processor', 1, (look) => [stat('S', look), status(9)]],
    ['goes on where it wakes now and then', 1, (look) => [stat('S', 2), status(look)]],
    ['goes on where it would run if it could', 1, () => [stat('R', 2), status(9)]],
    ['is not still where nothing is known of it', 1, () => ['', '']],
  ])('%s', async (_, looks, read) => expect(await looksStill(read)).toBe(looks))
})

it.each([
  ['42 0x3 0x7ffe 0x10 0x0 0x0 0x0 0x7ffe 0x7f00', { name: 'connect', descriptor: 3 }],
  ['257 0xffffff9c 0x5581 0x0', { name: 'openat' }],
  ['running', undefined],
  ['-1 0x7ffe 0x7f00', undefined],
  ['99999 0x0', undefined],
])('a process waits in %s', (line, call) => expect(parseWaitingCall(line, 'x86_64')).toEqual(call))

it('tells whom a socket is for', () => {
  const table = `  sl  local_address rem_address   st
   0: 0100007F:8AE4 070200C0:1538 02 00000001:00000000 01:00000062 00000000     0        0 4711 2`
  expect(remoteOf(table, '4711')).toBe('192.0.2.7 port 5432')
  expect(remoteOf(table, '4712')).toBeUndefined()
})
