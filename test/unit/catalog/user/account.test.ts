import { expect, test } from 'vitest'
import type { Facts } from '../../../../src/observe/facts.ts'
import { emptyFacts, file, listening, process, wrote } from '../build-facts.ts'
import { lines, proposal, row } from '../rows.ts'
import { cronLike } from '../services.ts'

/** A program of somebody's own that was never given an account. */
function notesLike(over: Partial<Facts> = {}): Facts {
  const facts = {
    ...emptyFacts(),
    processes: [process(80, 0, { name: 'node', isMain: true })],
    sockets: [listening('AF_INET', '127.0.0.1', 8083, [80])],
    writable: [
      { ...wrote('/var/lib/notes', 0, 0o755), kind: 'directory' as const, from: ['setting' as const] },
    ],
    freeAccount: { name: 'notes', id: 997 },
    ...over,
  }
  facts.unit.properties = {
    StateDirectory: ['notes'],
    CapabilityBoundingSet: ['cap_chown cap_net_bind_service'],
  }
  return facts
}

test('an account is made for a service that has none, once a clone has shown that it suffices', () => {
  const found = proposal('User', notesLike())
  expect(found).toMatchObject({
    account: { name: 'notes', id: 997 },
    recommended: false,
    tickIfProven: true,
  })
  expect(found.caution).toContain('stays after an undo')
  expect(lines('User', notesLike())).toEqual(
    expect.arrayContaining(['User=notes', 'Group=notes', 'StateDirectory=', 'StateDirectory=notes']),
  )
  // systemd hands it over whole, and would not where its top belonged to the account already.
  expect(found.ownership).toBeUndefined()
})

test('an account that bears its name and is idle is taken once a clone has shown that it suffices', () => {
  const idle = { kind: 'group' as const, name: 'scribes', id: 112 }
  const facts = notesLike({ freeAccount: { name: 'notes', id: 105, idle } })
  const found = proposal('User', facts)
  expect(found).toMatchObject({ recommended: false, tickIfProven: true })
  expect(found.account).toBeUndefined()
  expect(lines('User', facts)).toEqual(expect.arrayContaining(['User=notes', 'Group=scribes']))
})

test('a log beside it is handed over', () => {
  const main = process(80, 0, { name: 'node', isMain: true, openFiles: [file('/var/log/notes/log')] })
  const facts = notesLike({ processes: [main], writable: [wrote('/var/log/notes/log', 0, 0o644)] })
  expect(proposal('User', facts).ownership?.map(({ path, user }) => `${path} ${user}`)).toContain(
    '/var/log/notes/log notes',
  )
})

test.each([
  ['no name is free', { freeAccount: undefined as never }, /no account of its own/],
  [
    'a raw socket',
    { sockets: [{ ...listening('AF_INET', '0.0.0.0', 1, [80]), type: 'raw' as const }] },
    /raw or packet socket/,
  ],
  [
    'a root directory',
    { processes: [process(80, 0, { isMain: true, root: '/srv' })] },
    /only root can chroot/,
  ],
  [
    'memory of root',
    {
      processes: [
        process(80, 0, { isMain: true, sharedMemory: [{ key: '0x4e545030', uid: 0, mode: 0o600 }] }),
      ],
    },
    /System V memory 0x4e545030 of root, which no other account may attach/,
  ],
  [
    'a device',
    { processes: [process(80, 0, { isMain: true, openFiles: [file('/dev/net/tun', true, 'device')] })] },
    /holds \/dev\/net\/tun open as root/,
  ],
])('none is made: %s', (_, over, why) => {
  expect(row('User', notesLike(over))).toMatchObject({ kind: 'unfit', why: expect.stringMatching(why) })
})

test('none is made for who opens sessions', () => {
  expect(row('User', { ...cronLike(), freeAccount: { name: 'cron', id: 997 } })).toMatchObject({
    kind: 'unfit',
    why: expect.stringMatching(/opens? sessions/),
  })
})

test('what prepares files for it goes on being done by root', () => {
  const facts = notesLike()
  const before = [
    '/bin/mkdir -m 740 -p /run/notes',
    '-/usr/bin/chown notes /run/notes',
    '/usr/bin/node check',
    '+/bin/chmod 1 /x',
  ]
  facts.unit.execSource = { ExecStartPre: before }
  expect(lines('User', facts).filter((line) => line.startsWith('ExecStartPre'))).toEqual([
    'ExecStartPre=',
    'ExecStartPre=+/bin/mkdir -m 740 -p /run/notes',
    'ExecStartPre=-+/usr/bin/chown notes /run/notes',
    'ExecStartPre=/usr/bin/node check',
    'ExecStartPre=+/bin/chmod 1 /x',
  ])
  facts.unit.execSource = { ExecStartPre: ['/usr/bin/node check'] }
  expect(lines('User', facts).filter((line) => line.startsWith('ExecStartPre'))).toEqual([])
})

test('where its helpers need root, they alone keep it', () => {
  const facts = notesLike()
  facts.unit.execSource = {
    ExecStartPost: ['-/usr/bin/register', '!/usr/bin/tell'],
    ExecStopPost: ['/usr/bin/sign-off'],
  }
  const { ladder } = proposal('User', facts)
  expect(ladder?.at).toBe(0)
  const helpers = (ladder?.rungs ?? []).map(({ assignments }) =>
    assignments
      .filter(({ key, value }) => /^Exec.*Post$/.test(key) && value !== '')
      .map(({ value }) => value),
  )
  expect(helpers).toEqual([[], ['-+/usr/bin/register', '!/usr/bin/tell', '+/usr/bin/sign-off']])
  facts.unit.execSource = { ExecStartPost: ['+/usr/bin/register'] }
  expect(proposal('User', facts).ladder).toBeUndefined()
})
