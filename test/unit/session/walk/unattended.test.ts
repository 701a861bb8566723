import { Writable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { printerTo } from '../../../../src/host/printer.ts'
import type { Intent } from '../../../../src/session/walk/intent.ts'
import { ANSWERS, type AnswerTo, type AskedPhase, Questions } from '../../../../src/session/walk/questions.ts'
import { reduce, type WalkEvent } from '../../../../src/session/walk/reducer.ts'
import type { Row } from '../../../../src/session/walk/rows.ts'
import { type FailedPhase, initialState, type Phase } from '../../../../src/session/walk/state.ts'
import { Unattended } from '../../../../src/session/walk/unattended.ts'
import { CONFIRM } from './confirm-phase.ts'

function isAsked(phase: Phase): phase is AskedPhase {
  return phase.at in ANSWERS
}

function into(lines: string[]): Writable {
  return new Writable({
    write(chunk, _, done) {
      lines.push(String(chunk).replace(/\n$/, ''))
      done()
    },
  })
}

/** The unattended walk, wired as the walk wires it, without a machine. */
function unattended() {
  const [out, err, sent]: [string[], string[], Intent[]] = [[], [], []]
  const attendant = new Unattended(printerTo(into(out), into(err)))
  let state = initialState('x.service')
  const dispatch = (event: WalkEvent) => {
    const before = state
    state = reduce(state, event)
    attendant.heard(event, before)
    questions.shown(state.phase)
  }
  const questions: Questions = new Questions({
    signal: new AbortController().signal,
    show: (phase) => dispatch({ type: 'phase', phase }),
    answer: (phase) => attendant.answer(phase),
  })
  const ask = async (phase: AskedPhase, deadline?: number) => {
    const kinds: readonly AnswerTo<AskedPhase['at']>['do'][] = ANSWERS[phase.at]
    const intent = await questions.ask(phase, kinds, deadline)
    if (intent !== undefined) sent.push(intent)
  }
  return { dispatch, ask, out, err, sent }
}

/** Goes through these phases, each answered before the next comes. */
async function walk(...phases: Phase[]) {
  const { dispatch, ask, out, err, sent } = unattended()
  for (const phase of phases) {
    if (isAsked(phase)) await ask(phase)
    else dispatch({ type: 'phase', phase })
  }
  return { sent, out: out.join('\n'), err: err.join('\n') }
}

const row = (ticked: boolean): Row => ({
  id: 'NoNewPrivileges',
  key: 'NoNewPrivileges',
  value: 'yes',
  ticked,
  recommended: ticked,
  what: '',
  evidence: ['no set-user-ID program runs'],
  breaks: '',
  wins: '',
  gain: 2,
  proof: { state: 'none' },
})
const stage = (...rows: Row[]): Phase & { at: 'stage' } => ({
  at: 'stage',
  stage: 'user',
  rows,
  notes: [],
  before: 92,
  predicted: 90,
  set: { state: 'none' },
  proving: false,
})
const failed = (...ids: string[]): Phase => ({
  at: 'failed',
  stage: 'user',
  reason: 'it broke',
  journal: ['srv: \u001b[2Jboom'],
  undone: ['back'],
  relaxations: ids.map((id) => ({
    id,
    text: `allow ${id}`,
    precise: true,
    needed: `the call ${id}`,
    cost: 2,
  })),
  mayInsist: false,
})
const done: Extract<Phase, { at: 'done' }> = {
  at: 'done',
  summary: {
    stock: 92,
    final: 20,
    curve: [],
    dropInPath: '/etc/x.conf',
    dropIn: '[Service]',
    undo: 'hardenctl undo x',
    notes: [],
    healthy: true,
    asked: true,
  },
}
const question = (id: 'propagation' | 'resume'): Phase => ({
  at: 'question',
  id,
  text: ['what now'],
  yes: 'y',
  no: 'n',
})

describe('the walk without a terminal', () => {
  it('measures, reviews, applies and keeps', async () => {
    const keep: Phase = { at: 'keep', stage: 'user', deadline: 0, before: 92, after: 90, proof: [] }
    const { sent, out } = await walk(
      { at: 'baseline', checks: [], measuring: false },
      stage(row(true)),
      CONFIRM,
      keep,
    )
    expect(sent).toEqual([{ do: 'measure' }, { do: 'review' }, { do: 'apply' }, { do: 'keep', yes: true }])
    expect(out).toContain('Stage 2 of 5: User switch')
    expect(out).toContain('[x] NoNewPrivileges=yes  no set-user-ID program runs')
  })

  it('says why a row is not taken, and what to mind of one that is', async () => {
    const { out } = await walk(
      stage(
        { ...row(false), caution: 'it may come to act as other users.' },
        { ...row(true), caution: 'the account x is made.' },
      ),
      { ...CONFIRM, warnings: ['the account x is made.'] },
    )
    expect(out).toContain('not taken: it may come to act as other users.')
    expect(out).toContain('mind: the account x is made.')
    expect(out).toMatch(/\n {2}mind: the account x is made\./)
  })

  it('says why a row broke in a clone that told before the list was shown', async () => {
    const broke: Row = { ...row(false), proof: { state: 'breaks', reason: 'srv was refused openat /x' } }
    const { out } = await walk(stage(broke))
    expect(out).toContain('breaks in a clone: NoNewPrivileges=yes: srv was refused openat /x')
  })

  it('skips a stage in which nothing is recommended', async () => {
    expect((await walk(stage(row(false)))).sent).toEqual([{ do: 'skip-stage' }])
  })

  it('searches for the row that breaks a live service where nothing precise is known', async () => {
    const vague = { id: 'drop X', text: 'leave out X', precise: false, cost: 0 }
    const unknown: Phase = { ...(failed() as FailedPhase), relaxations: [vague], maySearch: 4 }
    const search = { trial: 2, most: 4, rows: ['PrivateTmp', 'PrivateDevices'], of: 9 }
    const trial: Phase = { at: 'trial', doing: 'try', stage: 'filesystem', steps: [], search }
    const { sent, out } = await walk(unknown, trial, failed('a'))
    expect(sent).toEqual([{ do: 'search' }, { do: 'relax', ids: ['a'] }])
    expect(out).toContain('trial 2 of at most 4, 2 of 9: PrivateTmp PrivateDevices')
    expect((await walk({ ...(failed('a') as FailedPhase), maySearch: 4 })).sent).toEqual([
      { do: 'relax', ids: ['a'] },
    ])
    expect((await walk({ ...(failed() as FailedPhase), relaxations: [vague] })).sent).toEqual([
      { do: 'relax', ids: ['drop X'] },
    ])
  })

  it('stops at a check that can’t decide health instead of asking for ever', async () => {
    const { sent, out } = await walk({ at: 'baseline', checks: [], measuring: false, problem: 'GET x flaps' })
    expect(sent).toEqual([{ do: 'stop' }])
    expect(out).toContain('GET x flaps')
  })

  it('says once that nothing could be asked, and never that such a service answers', async () => {
    const notes = ['No check: only its processes are compared']
    const measuring: Phase = { at: 'baseline', checks: [], notes, measuring: true }
    const summary = { ...done.summary, asked: false }
    const { out } = await walk(measuring, { ...measuring, measured: true }, { at: 'done', summary })
    expect(out.match(/No check/g)).toHaveLength(1)
    expect(out).not.toContain('answers as before')
    expect(out).toContain('no check could ask it anything')
  })

  it('tells what is new while it learns, each once, and waits for its end', async () => {
    const news = { calls: [{ name: 'chroot', by: 'srv' }], sockets: [], files: [], programs: [], memory: [] }
    const more = { ...news, files: ['/srv/x'] }
    const { dispatch, ask, out, sent } = unattended()
    const ended = ask({ at: 'learning', since: 0, until: 1, news, lost: false }, Date.now() + 40)
    dispatch({ type: 'news', news: more, lost: true })
    await ended
    expect(sent).toEqual([])
    expect(out.filter((line) => line.includes('chroot'))).toEqual(['  new call chroot, called by srv'])
    expect(out).toContain('  new file written /srv/x')
    expect(out.join('\n')).toContain('may have dropped records')
  })

  it('waits until clones have said what they can of a stage, and tells what they said', async () => {
    const { dispatch, ask, out, sent } = unattended()
    const asked = { ...stage(row(true)), proving: true }
    const waiting = ask(asked)
    const set = { state: 'proven' as const }
    dispatch({ type: 'rows', rows: [{ ...row(true), proof: set }], predicted: 90, set, proving: true })
    expect(sent).toEqual([])
    dispatch({ type: 'rows', rows: [{ ...row(true), proof: set }], predicted: 90, set, proving: false })
    await waiting
    expect(sent).toEqual([{ do: 'review' }])
    const proven = out.filter((line) => line.startsWith('  proven in a clone:'))
    expect(proven).toEqual([
      '  proven in a clone: NoNewPrivileges=yes',
      '  proven in a clone: the 1 ticked together',
    ])
  })

  it('tells each step of a trial as it begins and as it ends', async () => {
    const { dispatch, out } = unattended()
    dispatch({ type: 'phase', phase: { at: 'trial', doing: 'try', stage: 'user', steps: [] } })
    dispatch({ type: 'step', event: { step: 'arm', state: 'running' } })
    dispatch({ type: 'step', event: { step: 'arm', state: 'failed', ms: 7, detail: 'no timer' } })
    expect(out).toEqual([
      '  … Arm the timer that can undo the trial without hardenctl',
      '  FAILED arm 7 ms: no timer',
    ])
  })

  it('takes no other service down, but goes on after an unfinished trial', async () => {
    expect((await walk(question('propagation'))).sent).toEqual([{ do: 'answer', yes: false }])
    expect((await walk(question('resume'))).sent).toEqual([{ do: 'answer', yes: true }])
  })

  it('agrees to nothing that it does not know', async () => {
    expect((await walk(question('of another version' as never))).sent).toEqual([{ do: 'answer', yes: false }])
  })

  it('relaxes what is suspected, skips where nothing is', async () => {
    expect((await walk(failed('a', 'b'))).sent).toEqual([{ do: 'relax', ids: ['a', 'b'] }])
    expect((await walk(failed())).sent).toEqual([{ do: 'skip-stage' }])
  })

  it('gives a stage up after some trials, whatever is still suspected', async () => {
    const rounds = Array.from({ length: 20 }, () => [stage(row(true)), CONFIRM, failed('a')]).flat()
    const { sent } = await walk(...rounds)
    expect(sent.findIndex((intent) => intent.do === 'skip-stage')).toBeLessThan(30)
    expect(sent.some((intent) => intent.do === 'skip-stage')).toBe(true)
  })

  it('lets no escape of a log line reach the terminal', async () => {
    const { out } = await walk(failed())
    expect(out).toContain('srv: boom')
    expect(out).not.toContain('\u001b')
  })

  it('says on standard error why it was refused', async () => {
    const { err } = await walk({ at: 'refused', reason: 'no unit', next: 'Look again.' })
    expect(err).toBe('hardenctl: no unit. Look again.')
  })
})
