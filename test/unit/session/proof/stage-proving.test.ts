import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { ExpectedError } from '../../../../src/host/errors.ts'
import { type Host, HostError } from '../../../../src/host/host.ts'
import { StageProving } from '../../../../src/session/proof/stage-proving.ts'
import { beginStage } from '../../../../src/session/stage/stage-work.ts'
import type { WalkContext } from '../../../../src/session/walk/context.ts'
import { Stopwatch } from '../../../../src/session/walk/timings.ts'
import { emptyFacts, GROUPS, process, STOCK } from '../../catalog/build-facts.ts'

/** A machine on which nothing works but the looking at its load, so that no clone can be booted. */
function brokenHost(error: Error): Host {
  const known: Record<string, unknown> = {
    isClone: false,
    read: async (path: string) => {
      if (path !== '/proc/stat') throw error
      return 'cpu 0 0 0 0 0 0 0 0\n'
    },
  }
  return new Proxy(known, {
    get: (host, name) =>
      host[name as string] ??
      (async () => {
        throw error
      }),
  }) as unknown as Host
}

function provingOn(live: Host, signal: AbortSignal, changed: () => void = () => undefined): StageProving {
  const facts = { ...emptyFacts(), processes: [process(1, 0, { isMain: true })], syscallGroups: GROUPS }
  facts.unit.properties = STOCK
  const context = {
    live,
    host: live,
    rehearsing: { possible: true, companions: [] },
    subject: { unit: 'srv.service' },
    signal,
    learning: {},
    timings: new Stopwatch(),
  } as unknown as WalkContext
  const baseline = { listeners: [], answers: [], startMs: 0, restless: false }
  return new StageProving(context, baseline, beginStage('system', facts), changed)
}

async function prove(error: Error) {
  const proving = provingOn(brokenHost(error), new AbortController().signal)
  proving.begin()
  const ended = await proving
    .setVerdict(() => undefined)
    .then(
      () => 'no verdict' as const,
      (thrown: unknown) => thrown,
    )
  await proving.pause()
  return { ended, proving }
}

describe('where no clone can be booted', () => {
  it.each([
    new HostError('/var/lib/hardenctl: no space left', 'ENOSPC'),
    new ExpectedError('the clone did not boot in time'),
  ])('nothing can be proven, for a reason of the host (%s)', async (error) => {
    const { ended, proving } = await prove(error)
    expect(ended).toBe('no verdict')
    expect(proving.set).toEqual({ state: 'unprovable', reason: error.message })
    expect(proving.broken.aborted).toBe(false)
  })

  it('a bug ends the walk, and is never taken for what no clone can tell', async () => {
    const bug = new TypeError('undefined is not a function')
    const { ended, proving } = await prove(bug)
    expect(ended).toBe(bug)
    expect(proving.broken.reason).toBe(bug)
    expect(proving.proving).toBe(false)
    expect(proving.set.state).not.toBe('unprovable')
  })
})

it('begins no clone once the walk is stopped, and takes no processor from its undo', async () => {
  let changes = 0
  const proving = provingOn(brokenHost(new ExpectedError('no clone')), AbortSignal.abort(), () => {
    changes += 1
    // It went round and round without ever giving a timer its turn.
    if (changes > 100) throw new Error('it begins again and again')
  })
  proving.begin()
  await pause(50)
  expect(changes).toBeLessThan(10)
  await proving.pause()
})
