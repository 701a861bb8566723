import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { type KeptHere, keptPlan } from '../../../../src/session/export/kept-plan.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { parsePlan } from '../../../../src/session/plan/parse-plan.ts'
import { freshState, type KeptStage } from '../../../../src/session/store/store.ts'
import { planned } from '../plan/planned.ts'

const RECORD = {
  path: '/var/log/web',
  kind: 'directory',
  uid: 0,
  gid: 4,
  mode: 0o750,
  inode: '1',
  device: '2',
} as const

function kept(stage: KeptStage['stage'], more: Partial<KeptStage>): KeptStage {
  return {
    stage,
    assignments: [],
    records: [],
    before: 92,
    after: 60,
    at: '2026-11-26T10:00:00.000Z',
    proof: { clone: true, checks: 2, exercises: 1 },
    ...more,
  }
}

function here(...stages: KeptStage[]): KeptHere {
  return {
    stored: {
      ...freshState('web.service', 92),
      kept: stages,
      baseline: {
        listeners: [],
        startMs: 1,
        restless: false,
        answers: [
          { check: { kind: 'http', url: 'http://127.0.0.1/', timeoutMs: 3000 }, answer: '200' },
          {
            check: { kind: 'exercise', argv: ['/usr/bin/use', 'two words'], timeoutMs: 3000 },
            answer: 'exit 0',
          },
        ],
      },
    },
    description: 'Web server',
    machine: planOf(planned()).made_on,
    owners: [{ path: RECORD.path, user: 'web', group: null, mode: null, why: 'It changed hands here.' }],
  }
}

const USER = kept('user', { assignments: [service('User', 'web')], records: [RECORD], before: 80, after: 70 })
const HOME = service('ProtectHome', 'yes')

describe('what is kept, as a plan', () => {
  it('is a plan that hardenctl reads, with rows in their stages and files that change hands', () => {
    const plan = keptPlan(here(USER, kept('filesystem', { assignments: [HOME], before: 70, after: 60 })))
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan)
    expect(plan.exposure).toEqual({ before: 9.2, after: 6 })
    const taken = plan.stages.filter(({ outcome }) => outcome === 'taken')
    expect(taken.map(({ stage, exposure }) => [stage, exposure.before, exposure.after])).toEqual([
      ['user', 8, 7],
      ['filesystem', 7, 6],
    ])
    expect(taken[0]?.directives[0]).toMatchObject({
      directive: 'User',
      value: 'web',
      owners: [{ path: '/var/log/web' }],
    })
    expect(taken[1]?.directives[0]?.evidence[0]?.text).toBe(
      'Kept on 2026-11-26. Proven in a clone first, and live by a restart, 2 checks and 1 exercise.',
    )
  })

  it('has its checks, of which the commands were given', () => {
    expect(keptPlan(here(USER)).checks.map(({ kind, given, text }) => [kind, given, text])).toEqual([
      ['check', false, 'http://127.0.0.1/'],
      ['exercise', true, "/usr/bin/use 'two words'"],
    ])
  })

  it('claims no exposure of one stage where all were kept at once, and the later row where one was kept again', () => {
    const all = kept('all', { assignments: [service('User', 'web'), HOME], records: [RECORD] })
    const again = kept('filesystem', {
      assignments: [service('ProtectHome', 'tmpfs')],
      before: 60,
      after: 61,
    })
    const plan = keptPlan(here(all, again))
    const [user, files] = plan.stages.filter(({ outcome }) => outcome === 'taken')
    expect(user?.note).toMatch(/exposure is that of all of them/)
    expect(files?.directives.map(({ directive, value }) => `${directive}=${value}`)).toEqual([
      'ProtectHome=tmpfs',
    ])
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan)
  })

  it('says that nothing has proven what was tried live alone', () => {
    const live = kept('filesystem', { assignments: [HOME], proof: { clone: false, checks: 1, exercises: 0 } })
    const [row] = keptPlan(here(live)).stages.flatMap(({ directives }) => directives)
    expect([row?.proof.state, row?.evidence[0]?.text]).toEqual([
      'none',
      'Kept on 2026-11-26. Proven live by a restart, 1 check and no exercises.',
    ])
  })
})
