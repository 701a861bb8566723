import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf } from './kit/subjects.ts'
import { SEEDED, type SeededService } from './seeds/seeds.ts'
import { bootSeeded, harden, type Unharmed } from './seeds/unharmed-run.ts'

const SERVICE = SEEDED.find(({ unit }) => unit === 'nginx') as SeededService

describe.skipIf(skipLab())(labTitle('breakages that only a start of nginx shows'), () => {
  let lab: Lab
  let result: Unharmed

  beforeAll(async () => {
    lab = await bootSeeded(SERVICE)
    result = await harden(lab, SERVICE)
  })
  afterAll(() => lab?.stop())

  it('are met in clones, every one of them', () => {
    expect(result.walk).toMatchObject({ exitCode: 0, stderr: '' })
    expect(result.missed).toEqual([])
    expect(result.walk.stdout).toContain('In a clone it read /home/shared/token (cat, at start)')
  })

  it('never reach production: it starts once a stage and once at the end, and never in vain', () => {
    expect(result.starts).toEqual({ started: result.expected, failed: 0 })
    expect(result.walk.stdout).not.toContain('broke the service')
    expect(result.left).toEqual([])
  })

  it('cost no more than what was needed', async () => {
    expect(result.after).toBeLessThan(result.before - 50)
    expect(await answerOf(lab)).toBe('200')
  })
})
