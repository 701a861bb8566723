import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from '../lab/kit/lab.ts'
import { labTitle, skipLab } from '../lab/kit/lab-problem.ts'
import { exposureOf, keptDropIn, leftovers } from '../lab/kit/subjects.ts'
import { answerOne } from './by-numbers.ts'

const WALK = ['hardenctl', 'nginx', '--no-rehearsal', '--watch-seconds', '1', '--stages']

describe.skipIf(skipLab())(labTitle('the line mode on a real terminal'), () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await bootLab({ services: ['nginx'] })
  })
  afterAll(() => lab?.stop())

  it('walks by numbers alone on a dumb terminal of 40 columns, and moves no cursor', {
    timeout: 120_000,
  }, async () => {
    // As on a host where nobody has walked yet.
    await lab.output(['rm', '-r', '/var/lib/hardenctl'])
    const dumb = { columns: 40, rows: 24, env: { TERM: 'dumb' } }
    const terminal = lab.spawnPty([...WALK, 'capabilities'], dumb)
    const asked = await answerOne(terminal, 90_000)
    expect(asked).toEqual([
      'Begin',
      'Measure and continue',
      'Review and apply',
      'Apply to the live service and watch',
      'Keep it',
    ])
    expect(terminal.written()).toMatch(/^[\x20-\x7e\r\n]+$/)
    expect(terminal.history().join(' ')).toContain('Kept for nginx: 1 stage.')
    expect(await keptDropIn(lab, 'nginx.service')).toContain('CapabilityBoundingSet=')
  })

  it('undoes what is on trial on Ctrl-C, and ends with what is kept', { timeout: 120_000 }, async () => {
    const before = await exposureOf(lab, 'nginx')
    const terminal = lab.spawnPty([...WALK, 'filesystem', '--plain'], { columns: 80, rows: 24 })
    for (const question of ['1 Measure and continue', '1 Review and apply', '1 Apply to the live']) {
      await terminal.waitFor(question, 60_000)
      await new Promise((resolve) => setTimeout(resolve, 700))
      await terminal.type('1')
      await terminal.press('enter')
    }
    await terminal.waitFor('1 Keep it', 60_000)
    // As Ctrl-C does; nsenter, which stands above it here, would die of the key.
    terminal.kill('SIGINT')
    expect((await terminal.ended(30_000)).exitCode).toBe(130)
    const text = terminal.history().join(' ')
    expect(text).toContain('Stopped and undone')
    expect(text).toMatch(/Kept for nginx: 1 stage\. To go on: hardenctl nginx\. To undo/)
    expect(await exposureOf(lab, 'nginx')).toBe(before)
    expect(await leftovers(lab)).toEqual([])
  })

  it('chooses a service from the list by its number', { timeout: 60_000 }, async () => {
    const terminal = lab.spawnPty(['hardenctl'], { columns: 80, rows: 50, env: { ACCESSIBLE: '1' } })
    await terminal.waitFor('1 Leave', 30_000)
    const row = terminal.screen().find((line) => /^\d+ +nginx /.test(line)) ?? ''
    await terminal.type(/\d+/.exec(row)?.[0] ?? '')
    await terminal.press('enter')
    await terminal.waitFor('3 Show what is kept')
    await terminal.type('3')
    await terminal.press('enter')
    await terminal.waitFor('Everything that was kept is in force.')
    expect((await terminal.ended()).exitCode).toBe(0)
    expect(terminal.written()).not.toContain('\x1b')
  })
})
