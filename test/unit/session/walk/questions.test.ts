import { describe, expect, it } from 'vitest'
import type { Intent } from '../../../../src/session/walk/intent.ts'
import { Questions } from '../../../../src/session/walk/questions.ts'
import type { Phase } from '../../../../src/session/walk/state.ts'
import { CONFIRM } from './confirm-phase.ts'

const soon = () => Date.now() + 30
const QUESTION: Phase & { at: 'question' } = { at: 'question', id: 'resume', text: [], yes: 'y', no: 'n' }

function asking(answer?: (phase: Phase) => Intent | undefined) {
  const abort = new AbortController()
  const shown: Phase[] = []
  const questions: Questions = new Questions({
    signal: abort.signal,
    show: (phase) => {
      shown.push(phase)
      questions.shown(phase)
    },
    answer,
  })
  return { abort, shown, questions, ask: questions.ask }
}

describe('an answer', () => {
  it('that nobody waits for was meant for an earlier question and is dropped', async () => {
    const { questions, ask } = asking()
    questions.give({ do: 'apply' })
    expect(await ask(CONFIRM, ['apply'], soon())).toBeUndefined()
  })

  it('goes to the question that is open, once', async () => {
    const { questions, ask, shown } = asking()
    const waiting = ask(CONFIRM, ['apply', 'back'])
    questions.give({ do: 'apply' })
    questions.give({ do: 'back' })
    expect(await waiting).toEqual({ do: 'apply' })
    expect(await ask(CONFIRM, ['apply', 'back'], soon())).toBeUndefined()
    expect(shown).toEqual([CONFIRM, CONFIRM])
  })

  it('of another kind passes, and the question stays open', async () => {
    const { questions, ask } = asking()
    const waiting = ask(CONFIRM, ['apply'])
    questions.give({ do: 'toggle', id: 'x' })
    questions.give({ do: 'back' })
    questions.give({ do: 'apply' })
    expect(await waiting).toEqual({ do: 'apply' })
  })

  it('that does not come in time is undefined, also after others that passed', async () => {
    const { questions, ask } = asking()
    const waiting = ask(CONFIRM, ['apply'], soon())
    questions.give({ do: 'back' })
    expect(await waiting).toBeUndefined()
  })

  it('is not waited for where its time was over before', async () => {
    expect(await asking().ask(CONFIRM, ['apply'], Date.now() - 1000)).toBeUndefined()
  })

  it('is not waited for any more once the question is taken back', async () => {
    const stop = new AbortController()
    const { ask } = asking()
    const waiting = ask(CONFIRM, ['apply'], undefined, stop.signal)
    stop.abort()
    expect(await waiting).toBeUndefined()
    expect(await ask(CONFIRM, ['apply'], undefined, stop.signal)).toBeUndefined()
  })
})

it('asks one question at a time, and the first stays open', async () => {
  const { questions, ask } = asking()
  const first = ask(CONFIRM, ['apply'])
  await expect(ask(QUESTION, ['answer'])).rejects.toThrow('question is asked while confirm is open')
  questions.give({ do: 'apply' })
  expect(await first).toEqual({ do: 'apply' })
})

describe('who stands in for a person', () => {
  it('answers at once', async () => {
    const { ask } = asking(() => ({ do: 'answer', yes: false }))
    expect(await ask(QUESTION, ['answer'])).toEqual({ do: 'answer', yes: false })
  })

  it('is heard again when more is known, and not about other phases', async () => {
    const looking: Phase = { at: 'looking', what: '' }
    const asked: Phase[] = []
    const { questions, ask } = asking((phase) => {
      asked.push(phase)
      return phase.at === 'confirm' && phase.rehearsal.state === 'proven' ? { do: 'apply' } : undefined
    })
    const waiting = ask(CONFIRM, ['apply', 'back'])
    questions.shown(looking)
    const proven: Phase = { ...CONFIRM, rehearsal: { state: 'proven' } }
    questions.shown(proven)
    expect(await waiting).toEqual({ do: 'apply' })
    expect(asked).toEqual([CONFIRM, proven])
  })

  it('ends the walk by an answer that is none, instead of making it wait for ever', async () => {
    const { ask } = asking(() => ({ do: 'stop' }))
    await expect(ask(QUESTION, ['answer'])).rejects.toThrow('stop does not answer question')
  })
})

describe('Ctrl-C', () => {
  it('ends the wait with its reason', async () => {
    const { abort, ask } = asking()
    const waiting = ask(CONFIRM, ['apply'])
    abort.abort(new Error('interrupted'))
    await expect(waiting).rejects.toThrow('interrupted')
  })

  it('that came before lets nothing be asked', async () => {
    const { abort, ask, shown } = asking()
    abort.abort(new Error('before'))
    await expect(ask(CONFIRM, ['apply'])).rejects.toThrow('before')
    expect(shown).toEqual([])
  })

  it('after the answer changes nothing', async () => {
    const { abort, questions, ask } = asking()
    const waiting = ask(CONFIRM, ['apply'])
    questions.give({ do: 'apply' })
    abort.abort(new Error('late'))
    expect(await waiting).toEqual({ do: 'apply' })
  })
})
