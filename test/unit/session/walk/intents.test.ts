import { describe, expect, it } from 'vitest'
import { IntentQueue } from '../../../../src/session/walk/intents.ts'

const never = new AbortController().signal
const soon = () => Date.now() + 30

describe('an intent', () => {
  it('that nobody waits for answered an older question and is dropped', async () => {
    const queue = new IntentQueue()
    queue.give({ do: 'keep', yes: true })
    expect(await queue.next(never, soon())).toBeUndefined()
  })

  it('goes to who waits, once', async () => {
    const queue = new IntentQueue()
    const waiting = queue.next(never, soon())
    queue.give({ do: 'apply' })
    queue.give({ do: 'stop' })
    expect(await waiting).toEqual({ do: 'apply' })
    expect(await queue.next(never, soon())).toBeUndefined()
  })

  it('of another kind passes, and the wait goes on', async () => {
    const queue = new IntentQueue()
    const waiting = queue.oneOf(never, ['keep'])
    queue.give({ do: 'toggle', id: 'x' })
    await Promise.resolve()
    await Promise.resolve()
    queue.give({ do: 'keep', yes: false })
    expect(await waiting).toEqual({ do: 'keep', yes: false })
  })

  it('that does not come in time is undefined, also after others that passed', async () => {
    const queue = new IntentQueue()
    const waiting = queue.oneOf(never, ['keep'], soon())
    queue.give({ do: 'back' })
    expect(await waiting).toBeUndefined()
    queue.give({ do: 'keep', yes: true })
  })

  it('whose time was over before it was asked for does not wait', async () => {
    expect(await new IntentQueue().next(never, Date.now() - 1000)).toBeUndefined()
  })
})

describe('an abort', () => {
  it('ends the wait with its reason', async () => {
    const abort = new AbortController()
    const waiting = new IntentQueue().oneOf(abort.signal, ['keep'])
    abort.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
  })

  it('that came before ends it too', async () => {
    await expect(new IntentQueue().next(AbortSignal.abort(new Error('before')))).rejects.toThrow('before')
  })

  it('after the answer changes nothing', async () => {
    const abort = new AbortController()
    const queue = new IntentQueue()
    const waiting = queue.next(abort.signal)
    queue.give({ do: 'apply' })
    abort.abort(new Error('late'))
    expect(await waiting).toEqual({ do: 'apply' })
  })
})
