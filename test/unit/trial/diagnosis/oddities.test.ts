import { describe, expect, it } from 'vitest'
import type { JournalEntry } from '../../../../src/systemd/log/journal.ts'
import { newKinds, refusalAmong, socketChanges } from '../../../../src/trial/diagnosis/oddities.ts'

function said(message: string, more: Partial<JournalEntry> = {}): JournalEntry {
  return { time: 0, message, messageId: '', identifier: 'x', pid: 7, priority: 6, fields: {}, ...more }
}

const STARTED = said('Started x.', { pid: 1, messageId: '39f53479d3a045ac8e11786248231fbf' })

describe('new kinds of line in a log', () => {
  it.each<[string, JournalEntry[], JournalEntry[], JournalEntry[], string[]]>([
    ['a line of before, with other numbers', [STARTED, said('up, pid 7')], [], [said('up, pid 12')], []],
    ['a line of before, with another address', [STARTED, said('at 0x55aa10')], [], [said('at 0x7fee2b')], []],
    [
      'a line of before, with another name made by chance',
      [STARTED, said('has aB3xYz9k')],
      [],
      [said('has Qw8eRt2y')],
      [],
    ],
    ['a line of an earlier invocation', [STARTED], [said('reaped 3')], [said('reaped 4')], []],
    ['a new one, once a kind', [STARTED], [], [said('lost 1'), said('lost 2')], ['lost 2']],
    ['a line of PID 1', [STARTED], [], [said('x.service: odd', { pid: 1 })], []],
    ['anything, where the start before is no longer there', [said('up')], [], [said('lost')], []],
  ])('%s', (_, before, earlier, now, fresh) => expect(newKinds(before, earlier, now)).toEqual(fresh))

  it('are bounded', () => {
    const many = [...'abcdefghi'].map((letter) => said(`lost ${letter}`))
    expect(newKinds([STARTED], [], many)).toHaveLength(5)
  })
})

it('tells owner and mode of a socket and its folders, and leaves what is gone to health', () => {
  const before = new Map([
    ['/run/x', '0:0, mode 755'],
    ['/run/x/s', '0:33, mode 660'],
    ['/run/y', '0:0, mode 755'],
  ])
  const after = new Map([
    ['/run/x', '0:0, mode 755'],
    ['/run/x/s', '0:0, mode 600'],
  ])
  expect(socketChanges(before, after)).toEqual([
    expect.stringMatching(/^\/run\/x\/s belongs to 0:0, mode 600; before .* 0:33, mode 660/),
  ])
})

it.each([
  ['a new kind of line in its log: df: Permission denied', true],
  ['a new kind of line in its log: cut: /proc/uptime: No such file or directory', false],
  ['a new kind of line in its log: socket: Address family not supported by protocol', false],
  ['a new kind of line in its log: Access denied for user bob', false],
  ['/srv/x was not written, which a start does unhardened', false],
])('%s: nobody who is not asked would keep it: %s', (text, refused) => {
  expect(refusalAmong(['a socket', text], ['ProtectHome']) === text).toBe(refused)
})

it('blames a limit on address families, and nothing else, for a family that there is not', () => {
  const text = 'a new kind of line in its log: socket: Address family not supported by protocol'
  expect(refusalAmong([text], ['NoNewPrivileges', 'RestrictAddressFamilies'])).toBe(text)
})
