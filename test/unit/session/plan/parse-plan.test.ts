import { describe, expect, it } from 'vitest'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { PlanError, parsePlan } from '../../../../src/session/plan/parse-plan.ts'
import type { Plan, PlannedDirective } from '../../../../src/session/plan/schema.ts'
import { planned } from './planned.ts'

const plan = planOf(planned())

/** The plan with the first row of its system stage changed. */
function withRow(change: Partial<PlannedDirective>): Plan {
  const stages = plan.stages.map((stage) => ({
    ...stage,
    directives: stage.directives.map((one, at) => (at === 0 ? { ...one, ...change } : one)),
  }))
  return { ...plan, stages }
}

function withLine(key: string, value: string, section: 'Unit' | 'Service' = 'Service'): Plan {
  return withRow({ assignments: [{ section, key, value }] })
}

describe('a plan is read', () => {
  it('as it was written', () => {
    expect(parsePlan(JSON.stringify(plan))).toEqual(plan)
  })

  it.each<[string, string, RegExp]>([
    ['torn', JSON.stringify(plan).slice(0, -9), /^it is not JSON$/],
    ['empty', '', /not JSON/],
    ['another document', '{"a":1}', /schema of plans \(\S+\)/],
    ['a list', '[]', /schema of plans \(as a whole\)/],
    ['newer', JSON.stringify({ ...plan, version: 3 }), /^it is of version 3/],
    ['merged of nothing', JSON.stringify({ ...plan, version: 2 }), /version 2 and does not say/],
    ['nested deep', `${'['.repeat(200_000)}${']'.repeat(200_000)}`, /^it /],
    ['more than it may have', JSON.stringify({ ...plan, more: 1 }), /schema of plans/],
    ['a unit that is a path', JSON.stringify({ ...plan, unit: '../x.service' }), /\(unit\)/],
    [
      'a free command',
      JSON.stringify(withLine('ExecStart', '/bin/sh')),
      /^ExecStart= is no setting that ProtectHostname/,
    ],
    ['a variable', JSON.stringify(withLine('Environment', 'LD_PRELOAD=/x')), /^Environment= is no setting/],
    [
      'another account',
      JSON.stringify(withLine('User', 'root')),
      /^User= is no setting that ProtectHostname/,
    ],
    [
      'a second line',
      JSON.stringify(withLine('ProtectHostname', 'yes\nExecStart=/x')),
      /assignments\.0\.value/,
    ],
    ['a continued line', JSON.stringify(withLine('ProtectHostname', 'yes \\')), /takes yes, no or private/],
    [
      'a line end of JavaScript',
      JSON.stringify(withLine('ProtectHostname', 'yes\u2028no')),
      /assignments\.0\.value/,
    ],
    ['a section in the key', JSON.stringify(withLine('A]\n[Service', 'x')), /assignments\.0\.key/],
    [
      'a value that it does not take',
      JSON.stringify(withLine('ProtectHostname', '/bin/sh')),
      /takes yes, no or private/,
    ],
    [
      'the section of another',
      JSON.stringify(withLine('ProtectHostname', 'yes', 'Unit')),
      /no setting of \[Unit\]/,
    ],
    ['an unknown directive', JSON.stringify(withRow({ directive: 'ExecStart' })), /no directive ExecStart/],
    [
      'a directive of another stage',
      JSON.stringify(withRow({ directive: 'User' })),
      /no directive of stage system/,
    ],
    [
      'a free setting that was kept before',
      JSON.stringify({ ...plan, kept_before: [{ section: 'Service', key: 'ExecStart', value: '/bin/sh' }] }),
      /^ExecStart= of what was kept before is no setting/,
    ],
    [
      'a value that was kept before and that no directive takes',
      JSON.stringify({ ...plan, kept_before: [{ section: 'Service', key: 'ProtectHome', value: '/x' }] }),
      /^ProtectHome= of what was kept before/,
    ],
    ['a directive twice', JSON.stringify(withRow({ directive: 'LockPersonality' })), /LockPersonality twice/],
    [
      'a stage twice',
      JSON.stringify({ ...plan, stages: [...plan.stages, ...plan.stages] }),
      /capabilities twice/,
    ],
  ])('and refused in one line: %s', (_, text, reason) => {
    expect(() => parsePlan(text)).toThrow(PlanError)
    expect(() => parsePlan(text)).toThrow(reason)
    expect(() => parsePlan(text)).toThrow(/^[^\n]{1,200}$/)
  })
})
