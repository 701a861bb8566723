import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloneHost } from '../../src/host/clone-host.ts'
import { liveHost } from '../../src/host/live-host.ts'
import { checkHealth } from '../../src/trial/health/health.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

/** umask(2) is what the shell's own umask does; its subshell is then killed, and the service goes on. */
const SERVICE = `while :; do
  (sleep 0.6; [ -z "$CALLS" ] || umask 022; exit 0)
  sleep 0.1
done
`
const unit = (calls: string) => `[Service]
Environment=CALLS=${calls}
ExecStart=/bin/sh /srv/loop.sh
SystemCallFilter=~umask
`
const PLAY = { kind: 'exercise' as const, argv: ['sleep', '5'], timeoutMs: 10_000 }

/** As hardenctl looks at a clone: from the machine that the kernel's log is of. */
describe.skipIf(skipLab()).each(['unified', 'hybrid', 'legacy'] as const)(
  labTitle('two units of the same program, both with a filter, in control groups that are %s'),
  (cgroups) => {
    let lab: Lab
    beforeAll(async () => {
      lab = await bootLab({
        cgroups,
        files: {
          '/srv/loop.sh': SERVICE,
          '/etc/systemd/system/calling.service': `${unit('yes')}[Install]\nWantedBy=multi-user.target\n`,
          '/etc/systemd/system/silent.service': `${unit('')}[Install]\nWantedBy=multi-user.target\n`,
        },
        services: ['calling', 'silent'],
      })
    })
    afterAll(() => lab?.stop())

    it('do not answer for each other’s killed calls', async () => {
      const host = cloneHost(liveHost(), lab.pid, 'lab')
      expect(host.kernelProcesses).toBeDefined()
      const check = (name: string) =>
        checkHealth({
          host,
          unit: name,
          baseline: {
            listeners: [],
            answers: [{ check: PLAY, answer: 'exit 0' }],
            startMs: 100,
            restless: true,
          },
          before: { invocation: '', processes: [] },
          // One that is killed before the first look was seen by nobody, and its program is known to both.
          since: Date.now() + 1500,
          startLimitMs: 10_000,
          executables: ['/bin/sh'],
          allPrograms: true,
        })
      const [calling, silent] = await Promise.all([check('calling.service'), check('silent.service')])
      host.close()
      expect(calling.reasons.map(({ text }) => text)).toEqual([
        'the kernel killed sh (umask): the system call is not allowed',
      ])
      expect(silent).toMatchObject({ healthy: true, reasons: [], records: [] })
    })
  },
)
