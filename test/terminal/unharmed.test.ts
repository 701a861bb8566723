import { afterEach, describe, expect, it } from 'vitest'
import type { Lab } from '../lab/lab.ts'
import { startsOf } from '../lab/once-run.ts'
import { labTitle, skipLab } from '../lab/problem.ts'
import { SEEDED, type SeededService } from '../lab/seeds.ts'
import { answerOf, keptDropIn, leftovers, show } from '../lab/subjects.ts'
import { bootSeeded, missedSeeds } from '../lab/unharmed-run.ts'
import { sayYes } from './say-yes.ts'

const WALK_MS = 280_000
const SERVICE = SEEDED.find(({ unit }) => unit === 'nginx') as SeededService
const UNIT = 'nginx.service'
let lab: Lab

afterEach(async () => lab?.stop())

describe.skipIf(skipLab())(labTitle('seeded breakages, walked through by keys'), () => {
  it('leave the main process alone until what holds is applied', { timeout: 300_000 }, async () => {
    lab = await bootSeeded(SERVICE)
    const production = async () => [await show(lab, UNIT, 'MainPID'), await show(lab, UNIT, 'InvocationID')]
    const first = await production()
    const { started } = await startsOf(lab, UNIT)
    const seen: { question: string; production: string[] }[] = []
    const terminal = lab.spawnPty(['hardenctl', 'nginx'], { columns: 80, rows: 24 })
    await sayYes(terminal, WALK_MS, async (question) => {
      seen.push({ question, production: await production() })
    })
    expect((await terminal.ended(WALK_MS)).exitCode).toBe(0)

    // Until the first "Enter do it" is answered, all that broke did so in clones.
    const confirmed = seen.findIndex(({ question }) => question === 'Enter do it')
    expect(confirmed).toBeGreaterThan(0)
    for (const { production } of seen.slice(0, confirmed + 1)) expect(production).toEqual(first)
    // From then on each change of the main process is a stage that was confirmed.
    const invocations = new Set(seen.map(({ production: [, invocation] }) => invocation))
    const confirmations = seen.filter(({ question }) => question === 'Enter do it').length
    const starts = await startsOf(lab, UNIT)
    expect(starts.failed).toBe(0)
    expect(invocations.size).toBeLessThanOrEqual(confirmations + 1)
    expect(starts.started - started).toBeLessThanOrEqual(confirmations + 1)

    expect(await missedSeeds(lab, SERVICE)).toEqual([])
    expect(await keptDropIn(lab, UNIT)).toContain('SystemCallFilter')
    expect(await answerOf(lab)).toBe('200')
    expect(await leftovers(lab)).toEqual([])
  })
})
