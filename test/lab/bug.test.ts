import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, keptDropIn, leftovers } from './kit/subjects.ts'

const UNIT = 'apache2.service'

describe.skipIf(skipLab())(labTitle('a bug of hardenctl’s'), () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await bootLab({ services: ['apache2'] })
  })
  afterAll(() => lab?.stop())

  it.each([
    [
      'in the midst of a trial',
      'live/health:1:BUG',
      ['--no-rehearsal'],
      'step health',
      'is undone, and the service is proven',
    ],
    ['in a proof', 'clone/verify:2:BUG', [], 'stage', 'Nothing is on trial'],
  ])('%s is undone and said to be one', { timeout: 150_000 }, async (_, where, options, doing, stands) => {
    const walk = await lab.run(['hardenctl', UNIT, '--yes', ...options], {
      env: { HARDENCTL_KILL_BEFORE: where, HARDENCTL_DEBUG: '1' },
      timeoutMs: 140_000,
    })
    expect(walk.exitCode).toBe(1)
    expect(walk.stderr).toContain('This is a bug in hardenctl, not in your service: TypeError')
    expect(walk.stderr).toContain(stands)
    expect(walk.stderr).toMatch(/TypeError: thrown for the fault harness\n\s+at /)
    const path = /report it with (\S+),/.exec(walk.stderr)?.[1] ?? ''
    expect(await lab.output(['stat', '-c', '%a %U', path])).toBe('600 root\n')
    expect(await lab.read(path)).toContain(doing)
    expect(await leftovers(lab)).toEqual([])
    expect(await keptDropIn(lab, UNIT)).toBeUndefined()
    expect(await answerOf(lab)).toBe('200')
  })
})
