import { describe, expect, it } from 'vitest'
import { proposalsFor } from '../../../../src/catalog/index.ts'
import type { Facts } from '../../../../src/observe/facts.ts'
import { emptyFacts, process } from '../build-facts.ts'
import { lines, proposal, row } from '../rows.ts'

const USER = { home: '/home/ann', runtime: '/run/user/1000', readsKernelLog: false, makesNamespaces: true }

function factsOf(more: Partial<Facts> = {}): Facts {
  return { ...emptyFacts(), processes: [process(7, 1000, { isMain: true })], ofUser: USER, ...more }
}

/** What asks for sudo may come to use it. */
const SUDOER: Partial<Facts> = {
  reach: { named: [], imports: [], interpreters: [], monitors: [], sudo: ['ann'] },
}

describe('a unit of a user', () => {
  it.each(['capabilities', 'user'] as const)('has nothing in the stage %s, which says why', (stage) => {
    const rows = proposalsFor(stage, factsOf())
    expect(rows.map(({ result }) => result.kind)).not.toContain('propose')
    for (const { result } of rows) expect(result).toMatchObject({ kind: 'unfit', why: /only root/i })
  })

  it.each(['IPAddressDeny', 'DevicePolicy', 'ProtectProc', 'ProcSubset', 'RemoveIPC'])(
    'is not offered %s, which its manager can’t enforce',
    (key) => expect(row(key, factsOf()).kind).toBe('unfit'),
  )

  it.each([
    ['PrivateTmp', 'unfit'],
    ['PrivateUsers', 'unfit'],
    ['ProtectHostname', 'unfit'],
    ['LockPersonality', 'propose'],
  ])('is offered no %s where no user namespace can be made: %s', (key, kind) => {
    const facts = factsOf({ ofUser: { ...USER, makesNamespaces: false } })
    expect(row(key, facts).kind).toBe(kind)
  })

  it('keeps its home writable under ProtectSystem=strict', () => {
    expect(lines('ProtectSystem', factsOf())).toContain('ReadWritePaths=-/home/ann -/run/user/1000')
  })

  it('may come to read its home, so that hiding it is left to the person', () => {
    expect(proposal('ProtectHome', factsOf())).toMatchObject({ recommended: false })
    const tight = { ...factsOf(), given: { level: 'tight', asked: true, exercised: false } as const }
    expect(proposal('ProtectHome', tight)).toMatchObject({ recommended: true })
  })

  it.each([
    ['a namespace', 'PrivateTmp'],
    ['a filter', 'LockPersonality'],
  ])('that may need sudo is not given %s by itself: setuid programs do nothing then', (_, key) => {
    expect(proposal(key, factsOf())).toMatchObject({ recommended: true })
    expect(proposal(key, factsOf(SUDOER))).toMatchObject({ recommended: false, caution: /setuid/ })
    const ofSystem = { ...factsOf(SUDOER), ofUser: undefined, systemd: 257 }
    // What root may do by a rule of sudoers, nobody saw.
    expect(proposal(key, ofSystem as unknown as Facts)).toMatchObject({
      recommended: false,
      caution: /root can/,
    })
  })

  it('that has no such programs already loses nothing by more of it', () => {
    const confined = { ...factsOf(SUDOER), processes: [process(7, 1000, { noNewPrivileges: true })] }
    expect(proposal('PrivateTmp', confined)).toMatchObject({ recommended: true })
  })

  it.each([
    [true, true],
    [false, false],
  ])('gets a filter of system calls by itself where the kernel’s log can be read: %s', (reads, taken) => {
    const facts = factsOf({ ofUser: { ...USER, readsKernelLog: reads } })
    expect(proposal('SystemCallFilter', facts)).toMatchObject({ recommended: taken })
  })
})
