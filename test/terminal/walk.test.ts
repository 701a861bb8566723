import { afterEach, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from '../lab/kit/lab.ts'
import { skipLab } from '../lab/kit/lab-problem.ts'
import { httpd } from '../lab/kit/services/httpd.ts'
import { sayYes } from './say-yes.ts'

const PATIENCE_MS = 60_000
const WALK_MS = 230_000
let lab: Lab

afterEach(async () => lab?.stop())

async function exposureOf(unit: string): Promise<number> {
  const text = await lab.output(['systemd-analyze', 'security', '--no-pager', unit])
  return Number(/Overall exposure level for .*: (\d+\.\d)/.exec(text)?.[1])
}

async function httpStatus(): Promise<string> {
  return (
    await lab.output(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://localhost/'])
  ).trim()
}

async function mainProcess(unit: string): Promise<{ user: string; effective: string }> {
  const pid = (await lab.output(['systemctl', 'show', '-p', 'MainPID', '--value', unit])).trim()
  const status = (await lab.read(`/proc/${pid}/status`)) ?? (await lab.output(['cat', `/proc/${pid}/status`]))
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? '0'
  return { user: uid, effective: /^CapEff:\s+(\w+)/m.exec(status)?.[1] ?? '' }
}

/** CAP_NET_BIND_SERVICE alone. */
const BIND_ONLY = '0000000000000400'

describe.skipIf(skipLab())('the wizard by keys on a real terminal', () => {
  it.each([
    ['apache2', 'bookworm', 1.5, '200', []],
    ['apache2', 'trixie', 1.5, '200', ['--no-rehearsal']],
    ['nginx', 'bookworm', 1.6, '200', ['--no-rehearsal']],
    ['nginx', 'trixie', 1.6, '200', ['--no-rehearsal']],
    ['httpd', 'bookworm', 1.5, '403', ['--no-rehearsal']],
  ])(
    'takes %s on %s to %d or better and it answers %s',
    { timeout: 240_000 },
    async (unit, suite, most, status, more) => {
      lab = await bootLab(unit === 'httpd' ? { ...httpd, suite } : { suite, services: [unit] })
      const terminal = lab.spawnPty(['hardenctl', unit, ...more], { columns: 80, rows: 24 })
      await sayYes(terminal, WALK_MS)
      expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(0)
      expect(terminal.history().join('\n')).toMatch(/hardenctl undo/)
      expect(await exposureOf(unit)).toBeLessThanOrEqual(most)
      expect(await httpStatus()).toBe(status)
      expect(await mainProcess(unit)).toEqual({
        user: expect.not.stringMatching(/^0$/),
        effective: BIND_ONLY,
      })
      expect((await lab.run(['hardenctl', 'status', unit])).exitCode).toBe(0)
      expect(terminal.written()).not.toContain('\u001b[3J')
    },
  )

  it('undoes a trial on Ctrl-C, says so, and leaves nothing', { timeout: 120_000 }, async () => {
    lab = await bootLab({ services: ['apache2'] })
    const terminal = lab.spawnPty(['hardenctl', 'apache2', '--no-rehearsal'], { columns: 80, rows: 24 })
    for (const question of ['Enter measure', 'Enter review', 'Enter do it']) {
      await terminal.waitFor(question, PATIENCE_MS)
      await terminal.press('enter')
    }
    await terminal.waitFor(/Check that it is healthy\s+running/, PATIENCE_MS)
    await terminal.press('ctrl-c')
    await terminal.waitFor(/Undoing/, 1000)
    expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(130)
    expect(terminal.history().join('\n')).toMatch(/Stopped and undone/)
    expect(await httpStatus()).toBe('200')
    expect(await exposureOf('apache2')).toBe(9.2)
    expect((await lab.run(['ls', '/run/hardenctl', '/var/lib/hardenctl'])).stdout).toBe('')
    expect(await lab.output(['systemctl', 'list-timers', '--all', '--no-pager'])).not.toContain('hardenctl')
  })

  it('rolls back by itself when nobody answers Keep?', { timeout: 120_000 }, async () => {
    lab = await bootLab({ services: ['nginx'] })
    const terminal = lab.spawnPty(['hardenctl', 'nginx', '--no-rehearsal', '--keep-seconds', '10'], {
      columns: 60,
      rows: 20,
    })
    for (const question of ['Enter measure', 'Enter review', 'Enter do it']) {
      await terminal.waitFor(question, PATIENCE_MS)
      await terminal.press('enter')
    }
    await terminal.waitFor('Enter answer', PATIENCE_MS)
    await terminal.waitFor(/stage 2 of 5/, PATIENCE_MS)
    expect(terminal.history().join('\n')).toMatch(/nobody/)
    expect(await exposureOf('nginx')).toBe(9.6)
    expect(await httpStatus()).toBe('200')
  })

  it('survives a closed terminal in the middle of a trial', { timeout: 180_000 }, async () => {
    lab = await bootLab({ services: ['nginx'] })
    const terminal = lab.spawnPty(['hardenctl', 'nginx', '--no-rehearsal'], { columns: 80, rows: 24 })
    for (const question of ['Enter measure', 'Enter review', 'Enter do it']) {
      await terminal.waitFor(question, PATIENCE_MS)
      await terminal.press('enter')
    }
    await terminal.waitFor(/Check that it is healthy\s+running/, PATIENCE_MS)
    terminal.hangUp()
    await expect
      .poll(async () => (await lab.run(['ls', '/run/hardenctl'])).exitCode, {
        timeout: 90_000,
        interval: 1000,
      })
      .not.toBe(0)
    expect(await exposureOf('nginx')).toBe(9.6)
    expect(await httpStatus()).toBe('200')
  })
})
