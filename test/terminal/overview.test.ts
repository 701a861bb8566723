import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from '../lab/kit/lab.ts'
import { labTitle, skipLab } from '../lab/kit/lab-problem.ts'

const PATIENCE_MS = 30_000
let lab: Lab

describe.skipIf(skipLab())(labTitle('the overview on a real terminal'), () => {
  beforeAll(async () => {
    lab = await bootLab({ services: ['nginx', 'redis-server'] })
  }, 120_000)
  afterAll(() => lab?.stop())

  it('fills in what it finds, filters, and opens the walk of a service', { timeout: 90_000 }, async () => {
    const terminal = lab.spawnPty(['hardenctl'], { columns: 80, rows: 24 })
    await terminal.waitFor(/nginx +9\.6 UNSAFE/, PATIENCE_MS)
    await terminal.waitFor(/nginx +9\.6 UNSAFE +tcp 80 +root +[78]\.\d/, PATIENCE_MS)
    await terminal.waitUntilGone('looking', PATIENCE_MS)
    // Of Node, among the rows.
    expect(terminal.written()).not.toContain('Warning')
    await terminal.type('/redis')
    await terminal.waitUntilGone('nginx', PATIENCE_MS)
    await terminal.press('enter', 'enter')
    await terminal.waitFor('hardenctl · redis-server.service', PATIENCE_MS)
    await terminal.waitFor('Enter measure', PATIENCE_MS)
    expect(terminal.screen().join('\n')).not.toContain('overview of')
    await terminal.press('ctrl-c')
    expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(130)
  })

  it('leaves nothing on the terminal with q, and changes nothing', { timeout: 60_000 }, async () => {
    const terminal = lab.spawnPty(['hardenctl'], { columns: 60, rows: 20 })
    await terminal.waitFor(/nginx +9\.6/, PATIENCE_MS)
    // A key that comes before they stand there is taken for one of the shell.
    await terminal.waitFor('q leave', PATIENCE_MS)
    await terminal.type('u')
    await terminal.waitFor('keeps nothing for', PATIENCE_MS)
    await terminal.type('q')
    expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(0)
    expect(terminal.history().join('').trim()).toBe('')
    expect((await lab.run(['ls', '/run/hardenctl'])).stdout).toBe('')
    expect((await lab.output(['ls', '-A', '/var/lib/hardenctl'])).trim()).toBe('.introduced')
  })

  it('is a usage error without a terminal', async () => {
    const { exitCode, stderr } = await lab.run(['hardenctl'])
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('hardenctl audit prints all services')])
  })
})
