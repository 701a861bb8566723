import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { planJsonSchema, planSchema } from '../../../../src/session/plan/schema.ts'
import { planned } from './planned.ts'

const plan = planOf(planned())
const directive = (key: string) =>
  plan.stages.flatMap(({ directives }) => directives).find((one) => one.directive === key)

describe('a plan', () => {
  it('keeps to its schema, read again from its text', () => {
    const read = JSON.parse(JSON.stringify(plan))
    expect(planSchema.parse(read)).toEqual(plan)
  })

  it('has the schema that is published', () => {
    const path = join(import.meta.dirname, '../../../../src/session/plan/plan.schema.json')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(planJsonSchema())))
  })

  it.each([
    ['ProtectHostname', 'taken', null, null, 'proven'],
    ['MemoryDenyWriteExecute', 'left', 'broke', 'it died by SIGSEGV', 'breaks'],
    ['NoNewPrivileges', 'left', 'not-reached', 'Not reached: mails.', 'none'],
    ['LockPersonality', 'left', 'person', 'Others look into its /tmp.', 'none'],
    ['ProtectClock', 'in-force', null, 'The unit already has this setting.', 'none'],
    ['PrivateUsers', 'unfit', null, 'It starts as root.', 'none'],
  ])('says of %s that it is %s, and why', (key, state, left, why, proof) => {
    expect(directive(key)).toMatchObject({ state, left, why, proof: { state: proof } })
  })

  it('tells as data what was tried tighter, and what gave way for which right', () => {
    const { evidence, loosened_by, assignments } = directive('RestrictAddressFamilies') ?? {}
    expect(evidence?.map(({ trial }) => trial)).toEqual([
      null,
      { value: 'AF_INET AF_UNIX', holds: true, reason: null, remedy: null },
      { value: 'AF_INET', holds: false, reason: 'no log', remedy: null },
      {
        value: 'AF_INET AF_UNIX',
        holds: false,
        reason: null,
        remedy: { kind: 'address-family', name: 'AF_INET6' },
      },
    ])
    expect(loosened_by).toEqual([{ kind: 'address-family', name: 'AF_INET6' }])
    expect(assignments?.at(-1)?.value).toContain('AF_INET6')
  })

  it('takes no row of a stage that was not kept', () => {
    const source = planned()
    const ends = source.ends.map((end) => ({
      ...end,
      result: { ...end.result, outcome: 'skipped' as const, note: 'nobody logs in', kept: [] },
    }))
    const { stages } = planOf({ ...source, ends })
    const states = stages.flatMap(({ directives }) => directives.map(({ state }) => state))
    expect(states).not.toContain('taken')
    expect(stages[1]?.directives[0]).toMatchObject({ left: 'stage', why: 'nobody logs in' })
  })

  it('has the curve, and the checks as their options read them', () => {
    expect(plan.exposure).toEqual({ before: 9.2, after: 8.1 })
    expect(plan.stages.map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual([
      'capabilities not-asked',
      'system taken',
    ])
    expect(plan.checks.map(({ kind, given, text }) => [kind, given, text])).toEqual([
      ['check', false, null],
      ['check', true, 'tcp:127.0.0.1:80'],
      ['exercise', true, "as=app exit=3 /usr/bin/use 'two words'"],
    ])
  })
})
