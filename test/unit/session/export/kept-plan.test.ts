import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { keptPlan } from '../../../../src/session/export/kept-plan.ts'
import { parsePlan } from '../../../../src/session/plan/parse-plan.ts'
import { here, kept, RECORD } from './kept-here.ts'

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

  it('has paths in the row that they are an exception of', () => {
    const lines = [
      service('ProtectSystem', 'strict'),
      service('ReadWritePaths', ''),
      service('ReadWritePaths', '-/srv/web'),
    ]
    const ofUnit = kept('filesystem', { assignments: lines.slice(1) })
    const rowsOf = (stage: typeof ofUnit) =>
      keptPlan(here(stage))
        .stages.flatMap(({ directives }) => directives)
        .map(({ directive, assignments }) => [directive, assignments.length])
    expect(rowsOf(kept('filesystem', { assignments: lines }))).toEqual([['ProtectSystem', 3]])
    expect(rowsOf(ofUnit)).toEqual([['ReadWritePaths', 2]])
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
