import { afterEach, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from '../lab/kit/lab.ts'
import { labTitle, skipLab } from '../lab/kit/lab-problem.ts'
import { answerOf, exposureOf } from '../lab/kit/subjects.ts'
import { tryFirstStage } from './say-yes.ts'

const PATIENCE_MS = 60_000
let lab: Lab

afterEach(async () => lab?.stop())

describe.skipIf(skipLab())(labTitle('the wizard by keys on a real terminal'), () => {
  it('undoes a trial on Ctrl-C, says so, and leaves nothing', { timeout: 120_000 }, async () => {
    lab = await bootLab({ services: ['apache2'] })
    // As on a host where nobody has walked yet.
    await lab.output(['rm', '-r', '/var/lib/hardenctl'])
    const terminal = lab.spawnPty(['hardenctl', 'apache2', '--no-rehearsal'], { columns: 80, rows: 24 })
    await terminal.waitFor('It has looked.', PATIENCE_MS)
    expect(terminal.screen().join('\n')).toContain('What is safe')
    await terminal.waitFor('Enter begin')
    await terminal.press('enter')
    await tryFirstStage(terminal)
    await terminal.waitFor(/Check that it is healthy\s+running/, PATIENCE_MS)
    await terminal.press('ctrl-c')
    await terminal.waitFor(/Undoing/, 1000)
    expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(130)
    expect(terminal.history().join('\n')).toMatch(
      /Stopped and undone.*Nothing is kept for apache2\. To walk again: hardenctl apache2/s,
    )
    expect(await answerOf(lab)).toBe('200')
    expect(await exposureOf(lab, 'apache2')).toBe(92)
    expect((await lab.run(['ls', '/run/hardenctl'])).stdout).toBe('')
    expect((await lab.output(['ls', '-A', '/var/lib/hardenctl'])).trim()).toBe('.introduced')
    expect(await lab.output(['systemctl', 'list-timers', '--all', '--no-pager'])).not.toContain('hardenctl')
  })

  it('rolls back by itself when nobody answers Keep?', { timeout: 120_000 }, async () => {
    lab = await bootLab({ services: ['nginx'] })
    const terminal = lab.spawnPty(['hardenctl', 'nginx', '--no-rehearsal', '--keep-seconds', '10'], {
      columns: 60,
      rows: 20,
    })
    await tryFirstStage(terminal)
    await terminal.waitFor('Enter answer', PATIENCE_MS)
    await terminal.waitFor(/stage 2 of 5/, PATIENCE_MS)
    expect(terminal.history().join('\n')).toMatch(/nobody/)
    expect(await exposureOf(lab, 'nginx')).toBe(96)
    expect(await answerOf(lab)).toBe('200')
  })

  it('counts what an earlier walk kept in its last words after Ctrl-C', { timeout: 120_000 }, async () => {
    lab = await bootLab({ services: ['nginx'] })
    const once = ['--no-rehearsal', '--stages', 'filesystem', '--watch-seconds', '1']
    expect((await lab.run(['hardenctl', 'nginx', '--yes', ...once])).exitCode).toBe(0)
    const terminal = lab.spawnPty(['hardenctl', 'nginx', '--no-rehearsal'], { columns: 120, rows: 24 })
    await terminal.waitFor('Enter measure', PATIENCE_MS)
    await terminal.press('ctrl-c')
    expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(130)
    expect(terminal.history().join('\n')).toContain(
      'Kept for nginx: 1 stage. To go on: hardenctl nginx. To undo: hardenctl undo nginx',
    )
  })

  it('survives a closed terminal in the middle of a trial', { timeout: 180_000 }, async () => {
    lab = await bootLab({ services: ['nginx'] })
    const terminal = lab.spawnPty(['hardenctl', 'nginx', '--no-rehearsal'], { columns: 80, rows: 24 })
    await tryFirstStage(terminal)
    await terminal.waitFor(/Check that it is healthy\s+running/, PATIENCE_MS)
    terminal.hangUp()
    await expect
      .poll(async () => (await lab.run(['ls', '/run/hardenctl'])).exitCode, {
        timeout: 90_000,
        interval: 1000,
      })
      .not.toBe(0)
    expect(await exposureOf(lab, 'nginx')).toBe(96)
    expect(await answerOf(lab)).toBe('200')
  })
})
