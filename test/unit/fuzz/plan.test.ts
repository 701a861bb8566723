import { expect, it } from 'vitest'
import { ExpectedError } from '../../../src/host/errors.ts'
import { differenceEvent } from '../../../src/session/events/difference-event.ts'
import { mergePlans } from '../../../src/session/merge/merge-plans.ts'
import { diffLines } from '../../../src/session/plan/diff-lines.ts'
import { openStages } from '../../../src/session/plan/fit.ts'
import { planOf } from '../../../src/session/plan/make-plan.ts'
import { PlanError, parsePlan } from '../../../src/session/plan/parse-plan.ts'
import { givenChecks } from '../../../src/session/plan/planned-checks.ts'
import type { Plan } from '../../../src/session/plan/schema.ts'
import { planned } from '../session/plan/planned.ts'
import { generator } from './inputs.ts'

const source = planned()
const plan = planOf(source)
const MERGING = { systemd: 257, syscallGroups: {} }
const other = { ...plan, made_on: { ...plan.made_on, host: 'two' } }
const merged = mergePlans([plan, other], new Date(0), MERGING)
const here = { properties: {}, groups: {}, bases: [source.basis], architecture: 'x86_64', systemd: 257 }
const COUNT = Number(process.env.HARDENCTL_FUZZ ?? 2000)
const VALUES: readonly unknown[] = [
  null,
  '',
  ' ',
  'yes',
  '~',
  '-/a\\ b',
  '/../x',
  '%n',
  "'",
  '\u001b[2J',
  '\u2028',
  'constructor',
  '__proto__',
  'ReadWritePaths',
  'SystemCallFilter',
  'taken',
  'as=root exit=1 /bin/x',
  'http://[',
  0,
  -1,
  1e308,
  true,
  [],
  {},
  [null],
]

/** Each place in a document, as the holder and the name in it. */
function places(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return []
  const holder = value as Record<string, unknown>
  return Object.keys(holder).flatMap((key) => [
    [holder, key] as [typeof holder, string],
    ...places(holder[key]),
  ])
}

/** What it comes to with the plan as it was; that alone where they can't be merged. */
function mergedWith(found: Plan): Plan {
  try {
    return mergePlans([plan, found], new Date(0), MERGING)
  } catch (error) {
    expect(error).toBeInstanceOf(ExpectedError)
    return plan
  }
}

it('a plan with anything in any place is read or refused, and what is read can be shown', {
  timeout: 30_000 + COUNT * 4,
}, () => {
  const random = generator(20_261_126)
  let read = 0
  for (let count = 0; count < COUNT; count += 1) {
    const broken = structuredClone(random(2) === 0 ? plan : merged)
    for (let change = random(3); change >= 0; change -= 1) {
      const all = places(broken)
      const [holder, key] = all[random(all.length)] ?? [{}, '']
      holder[key] = structuredClone(VALUES[random(VALUES.length)])
    }
    try {
      const found = parsePlan(JSON.stringify(broken))
      read += 1
      for (const line of diffLines(found, here)) expect(typeof line).toBe('string')
      differenceEvent(found, undefined)
      openStages(found, here)
      givenChecks(found.checks)
      parsePlan(JSON.stringify(mergedWith(found)))
    } catch (error) {
      expect(error, JSON.stringify(broken)).toBeInstanceOf(PlanError)
      expect((error as Error).message).toMatch(/^.{1,300}$/)
    }
  }
  expect(read).toBeGreaterThan(COUNT / 20)
})
