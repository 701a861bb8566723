import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Loads for a while before it listens, of which systemd knows nothing. */
const LOADING = `[Service]
ExecStart=/usr/local/bin/node -e "const until = Date.now() + 8000; while (Date.now() < until); require('node:net').createServer((s) => s.end()).listen(8124, '127.0.0.1')"
`

/** Sleeps before it listens, as one that waits for something of its own. */
const SLEEPING = `[Service]
ExecStart=/usr/local/bin/node -e "setTimeout(() => require('node:net').createServer((s) => s.end()).listen(8124, '127.0.0.1'), 11000)"
`

const LISTENS = 'until (: </dev/tcp/127.0.0.1/8124) 2>/dev/null; do sleep 0.2; done'

describe.skipIf(skipLab()).each(['unified', 'hybrid', 'legacy'] as const)(
  labTitle('a service that loads for long before it listens, in control groups that are %s'),
  (cgroups) => {
    let lab: Lab

    beforeAll(async () => {
      lab = await bootLab({
        cgroups,
        files: { '/etc/systemd/system/loading.service': LOADING },
        setup: [['systemctl', 'start', 'loading']],
        ready: ['bash', '-c', LISTENS],
      })
    })
    afterAll(() => lab?.stop())

    // In clones systemd has version 2 alone, whatever the host has.
    if (cgroups === 'unified') {
      it('is waited for in clones', { timeout: 240_000 }, async () => {
        const { stdout, kept } = await walked(lab, 'loading', ['--stages', 'system'], 230_000)
        expect(kept).toContain('SystemCallArchitectures=native')
        expect(stdout).toContain('rehearsed first in a clone')
        expect(stdout).not.toContain('broke')
      })
      return
    }

    it('is waited for on the live host', { timeout: 120_000 }, async () => {
      const { stdout, kept } = await walked(lab, 'loading', ['--stages', 'system', '--no-rehearsal'])
      expect(kept).toContain('SystemCallArchitectures=native')
      expect(stdout).not.toContain('FAILED')
    })
  },
)

describe.skipIf(skipLab())(labTitle('a service that sleeps for long before it listens'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: { '/etc/systemd/system/sleeping.service': SLEEPING },
      setup: [['systemctl', 'start', 'sleeping']],
      ready: ['bash', '-c', LISTENS],
    })
  })
  afterAll(() => lab?.stop())

  it('is waited for as long as it takes unhardened, and its undo too', { timeout: 600_000 }, async () => {
    const stages = ['--stages', 'capabilities,system', '--level', 'tight']
    const { stdout, kept } = await walked(lab, 'sleeping', stages, 450_000)
    expect(kept).toContain('SystemCallArchitectures=native')
    expect(stdout).toContain('rehearsed first in a clone')
    expect(stdout).not.toContain('broke')
    // A trial of its own, of another day, without clones.
    const argv = ['hardenctl', 'undo', 'sleeping', '--stage', 'capabilities']
    const back = await lab.run(argv, { timeoutMs: 100_000 })
    expect(back.exitCode, back.stdout + back.stderr).toBe(0)
    expect(back.stdout).toContain('is taken back')
    const undone = await lab.run(['hardenctl', 'undo', 'sleeping'], { timeoutMs: 60_000 })
    expect(undone.exitCode, undone.stdout + undone.stderr).toBe(0)
  })
})
