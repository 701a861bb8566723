import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { leftovers } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

const STAGE = ['--stages', 'capabilities']
/** As a kernel or a container that lets nobody trace. */
const NO_PTRACE = [
  ...['systemd-run', '--quiet', '--wait', '--pipe'],
  ...['--property=SystemCallFilter=~ptrace', '--property=SystemCallErrorNumber=EPERM'],
]

describe.skipIf(skipLab())(labTitle('a walk on a host where nothing can be followed'), () => {
  let lab: Lab
  beforeAll(async () => {
    lab = await bootLab({ services: ['nginx'] })
  })
  afterAll(() => lab?.stop())

  it('says so where tracing is forbidden, and proves all the same', { timeout: 180_000 }, async () => {
    const argv = [...NO_PTRACE, 'hardenctl', 'nginx', '--yes', '--watch-seconds', '1', ...STAGE]
    const { exitCode, stdout, stderr } = await lab.run(argv, { timeoutMs: 170_000 })
    expect(exitCode, stdout + stderr).toBe(0)
    expect(stdout).toContain('Not followed with strace: tracing is not allowed here')
    expect(stdout).toMatch(/Capabilities: kept,.*rehearsed first in a clone/)
    expect((await lab.run(['hardenctl', 'undo', 'nginx'])).exitCode).toBe(0)
  })

  it('says so where strace is missing, and proves all the same', { timeout: 180_000 }, async () => {
    await lab.output(['rm', '/usr/bin/strace'])
    const { stdout } = await walked(lab, 'nginx', STAGE, 170_000)
    expect(stdout).toContain('Not followed with strace: strace is not installed')
    expect(stdout).toMatch(/Capabilities: kept,.*rehearsed first in a clone/)
    expect(await leftovers(lab)).toEqual([])
  })
})
