import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { printerTo } from '../../../../src/host/printer.ts'
import { initialState } from '../../../../src/session/walk/reducer.ts'
import type {
  FailedPhase,
  Intent,
  Phase,
  Row,
  Session,
  WalkState,
} from '../../../../src/session/walk/state.ts'
import { walkUnattended } from '../../../../src/session/walk/unattended.ts'

/** A session that goes to its next phase with each intent, and remembers what it was sent. */
class Scripted implements Session {
  readonly sent: Intent[] = []
  readonly finished: Promise<number>
  #state: WalkState
  #end: (code: number) => void = () => undefined
  #listener: () => void = () => undefined
  readonly #rest: Phase[]

  constructor(phases: Phase[], more: Partial<WalkState> = {}) {
    this.#state = { ...initialState('x.service'), ...more }
    this.#rest = phases
    this.finished = new Promise((resolve) => {
      this.#end = resolve
    })
  }

  state = () => this.#state
  subscribe = (listener: () => void) => {
    this.#listener = listener
    setTimeout(() => this.go())
    return () => undefined
  }
  send = (intent: Intent) => {
    this.sent.push(intent)
    setTimeout(() => this.go())
  }
  go(): void {
    const phase = this.#rest.shift()
    if (phase === undefined) {
      this.#end(0)
      return
    }
    this.#state = { ...this.#state, phase }
    this.#listener()
    // A trial ends by itself.
    if (phase.at === 'trial') setTimeout(() => this.go())
    if (phase.at === 'refused' || phase.at === 'done') this.#end(phase.at === 'done' ? 0 : 1)
  }
}

async function walk(...phases: Phase[]) {
  const [out, err] = [new PassThrough(), new PassThrough()]
  const session = new Scripted(phases)
  const code = await walkUnattended(session, printerTo(out, err))
  const text = (stream: PassThrough) => String(stream.read() ?? '').replace(/\n$/, '')
  return { code, sent: session.sent, out: text(out), err: text(err) }
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
const stage = (...rows: Row[]): Phase => ({
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
  relaxations: ids.map((id) => ({ id, text: `allow ${id}`, precise: true })),
  mayInsist: false,
})
const confirm: Phase = {
  at: 'confirm',
  stage: 'user',
  dropIn: '',
  ownership: [],
  rehearsal: { state: 'none' },
  lands: 'live',
  warnings: [],
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
    const { sent, out, code } = await walk(
      { at: 'baseline', checks: [], measuring: false },
      stage(row(true)),
      confirm,
      keep,
    )
    expect(sent).toEqual([{ do: 'measure' }, { do: 'review' }, { do: 'apply' }, { do: 'keep', yes: true }])
    expect(out).toContain('Stage 2 of 5: User switch')
    expect(out).toContain('[x] NoNewPrivileges=yes  no set-user-ID program runs')
    expect(code).toBe(0)
  })

  it('skips a stage in which nothing is recommended', async () => {
    expect((await walk(stage(row(false)))).sent).toEqual([{ do: 'skip-stage' }])
  })

  it('searches for the row that breaks a live service where nothing precise is known', async () => {
    const vague = { id: 'drop X', text: 'leave out X', precise: false }
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

  it('tells what is new while it learns, each once, and waits for its end', async () => {
    const news = { calls: [{ name: 'chroot', by: 'srv' }], sockets: [], files: [], programs: [], memory: [] }
    const learning = { at: 'learning', since: 0, until: 1, news, lost: false } as const
    const more = { ...news, files: ['/srv/x'] }
    const session = new Scripted([learning, { ...learning, news: more, lost: true }])
    const out: string[] = []
    const ended = walkUnattended(session, { out: (line) => out.push(line), err: () => undefined })
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(session.sent).toEqual([])
    session.go()
    session.go()
    await ended
    expect(out.filter((line) => line.includes('chroot'))).toEqual(['  new call chroot, called by srv'])
    expect(out).toContain('  new file written /srv/x')
    expect(out.join('\n')).toContain('may have dropped records')
  })

  it('takes no other service down, but goes on after an unfinished trial', async () => {
    expect((await walk(question('propagation'))).sent).toEqual([{ do: 'answer', yes: false }])
    expect((await walk(question('resume'))).sent).toEqual([{ do: 'answer', yes: true }])
  })

  it('relaxes what is suspected, skips where nothing is', async () => {
    expect((await walk(failed('a', 'b'))).sent).toEqual([{ do: 'relax', ids: ['a', 'b'] }])
    expect((await walk(failed())).sent).toEqual([{ do: 'skip-stage' }])
  })

  it('gives a stage up after some trials, whatever is still suspected', async () => {
    const rounds = Array.from({ length: 20 }, () => [stage(row(true)), confirm, failed('a')]).flat()
    const { sent } = await walk(...rounds)
    expect(sent.findIndex((intent) => intent.do === 'skip-stage')).toBeLessThan(30)
    expect(sent.some((intent) => intent.do === 'skip-stage')).toBe(true)
  })

  it('lets no escape of a log line reach the terminal', async () => {
    const { out } = await walk(failed())
    expect(out).toContain('srv: boom')
    expect(out).not.toContain('\u001b')
  })

  it('says on standard error why it was refused, and ends with 1', async () => {
    const { err, code } = await walk({ at: 'refused', reason: 'no unit', next: 'Look again.' })
    expect(err).toBe('hardenctl: no unit. Look again.')
    expect(code).toBe(1)
  })
})
