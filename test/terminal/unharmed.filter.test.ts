import { afterEach, describe, expect, it } from 'vitest'
import type { Lab } from '../lab/kit/lab.ts'
import { labTitle, skipLab } from '../lab/kit/lab-problem.ts'
import { answerOf, keptDropIn } from '../lab/kit/subjects.ts'
import { SEEDED, type SeededService } from '../lab/seeds/seeds.ts'
import { bootSeeded } from '../lab/seeds/unharmed-run.ts'
import { confirmations, untouchedBefore, walkByKeys } from './unharmed-keys.ts'

const WALK_MS = 280_000
const SERVICE = SEEDED.find(({ unit }) => unit === 'nginx') as SeededService
const UNIT = 'nginx.service'
let lab: Lab

afterEach(async () => lab?.stop())

describe.skipIf(skipLab())(labTitle('seeded breakages, walked through by keys'), () => {
  it('leave the main process alone until what holds is applied', { timeout: 300_000 }, async () => {
    lab = await bootSeeded(SERVICE)
    const walked = await walkByKeys(lab, SERVICE, WALK_MS)
    expect(walked.exitCode).toBe(0)
    // Until the first "Enter do it" is answered, all that broke did so in clones.
    expect(untouchedBefore(walked)).toBe(true)
    // From then on each change of the main process is a stage that was confirmed, and the check at the end.
    const invocations = new Set(walked.seen.map(({ production: [, invocation] }) => invocation))
    expect(walked.failed).toBe(0)
    expect(invocations.size).toBeLessThanOrEqual(confirmations(walked) + 1)
    expect(walked.started).toBeLessThanOrEqual(confirmations(walked) + 1)
    expect(walked.missed).toEqual([])
    expect(await keptDropIn(lab, UNIT)).toContain('SystemCallFilter')
    expect(await answerOf(lab)).toBe('200')
    expect(walked.left).toEqual([])
  })
})
