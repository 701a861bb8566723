import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AttemptResult } from './inside/attempt-main.ts'
import { bundleAttempt, installAttempt, tryOut } from './kit/attempt.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { type Listing, list } from './kit/listing.ts'
import { daemons } from './kit/services/daemons.ts'
import { answerOf, comparable, leftovers, show } from './kit/subjects.ts'

const HOME = 'http://127.0.0.1/'

interface Case {
  breaks: string
  unit: string
  settings: string[]
  checks?: string[]
  /** The one line that says why. */
  reason: RegExp
  /** What is said besides, in the lines of the journal. */
  journal?: RegExp
  remedy?: string
  /** It fails before the restart, so that neither the trial nor its undo restarts the service. */
  untouched?: boolean
}

const CASES: Case[] = [
  {
    breaks: 'a start that lacks CAP_NET_BIND_SERVICE',
    unit: 'apache2.service',
    settings: ['CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_DAC_OVERRIDE CAP_KILL'],
    reason: /the start failed \(exit-code\)/,
    journal: /Permission denied.*could not bind/,
    remedy: 'capability CAP_NET_BIND_SERVICE',
  },
  {
    breaks: 'workers that lack CAP_SETUID',
    unit: 'apache2.service',
    settings: ['CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETGID CAP_DAC_OVERRIDE CAP_KILL'],
    // Apache says why only in its own error log.
    reason: /the unit is inactive|its processes die|the service died/,
  },
  {
    breaks: 'a log folder that became read-only',
    unit: 'apache2.service',
    settings: ['ProtectSystem=strict', 'ReadWritePaths=/run'],
    reason: /the start failed/,
    journal: /Read-only file system.*\/var\/log\/apache2/,
    remedy: 'read-write-path /var/log/apache2/error.log',
  },
  {
    breaks: 'a system call of the start that is killed',
    unit: 'apache2.service',
    settings: ['SystemCallFilter=~listen'],
    reason: /the kernel killed apache2 \(listen\)/,
    remedy: 'system-call listen',
  },
  {
    breaks: 'a system call that only an answer needs',
    unit: 'apache2.service',
    settings: ['SystemCallFilter=~accept4'],
    reason: /the kernel killed apache2 \(accept4\)/,
    remedy: 'system-call accept4',
  },
  {
    breaks: 'a script that may not run its shell',
    unit: 'apache2.service',
    settings: ['NoExecPaths=/', 'ExecPaths=/usr/sbin/apache2'],
    reason: /203\/EXEC/,
    journal: /apachectl: Permission denied/,
    remedy: 'exec-path /usr/sbin/apachectl',
  },
  {
    breaks: 'a mount of a path that is not there',
    unit: 'apache2.service',
    settings: ['ReadWritePaths=/srv/not-there'],
    reason: /226\/NAMESPACE/,
    remedy: 'optional-path /srv/not-there',
  },
  {
    breaks: 'a service that waits for its notification for ever',
    unit: 'notifying.service',
    settings: ['RestrictAddressFamilies=AF_INET AF_INET6'],
    checks: ['tcp:127.0.0.1:8081'],
    reason: /the start hangs: .* it waits: \w+ in \w+\(2\)/,
  },
  {
    breaks: 'an unknown directive, which systemd only warns of',
    unit: 'apache2.service',
    settings: ['ProtectEverything=yes'],
    reason: /systemd did not accept the change: ProtectEverything/,
    remedy: 'drop ProtectEverything',
    untouched: true,
  },
  {
    breaks: 'a value that systemd ignores',
    unit: 'apache2.service',
    settings: ['PrivateDevices=yes', 'ProtectSystem=most'],
    reason: /systemd did not accept the change: ProtectSystem/,
    remedy: 'drop ProtectSystem',
    untouched: true,
  },
]

let lab: Lab
let before: Listing

/** Invocation, main process, restarts and settings: what a restart, or a trial that stays, would change. */
function goingOn(unit: string): Promise<string[]> {
  const keys = ['InvocationID', 'MainPID', 'NRestarts', 'ProtectSystem', 'PrivateDevices']
  return Promise.all(keys.map((key) => show(lab, unit, key)))
}

/** How often PID 1 has started it since the boot. */
async function startsOf(unit: string): Promise<number> {
  const id = 'MESSAGE_ID=39f53479d3a045ac8e11786248231fbf'
  return (await lab.output(['journalctl', '-q', '-o', 'cat', id, `UNIT=${unit}`])).split('\n').length - 1
}

async function expectAsBefore(unit: string, result: AttemptResult): Promise<void> {
  expect(result.undone).toMatchObject({ proven: true })
  expect(await show(lab, unit, 'ActiveState')).toBe('active')
  expect(await show(lab, unit, 'DropInPaths')).not.toContain('hardenctl')
  expect(await leftovers(lab)).toEqual([])
}

describe.skipIf(skipLab())(labTitle('rolls back'), () => {
  beforeAll(async () => {
    lab = await bootLab({
      ...daemons,
      files: {
        ...daemons.files,
        // Both web servers want port 80; only with an affinity do nginx's workers call sched_setaffinity.
        '/etc/nginx/sites-enabled/default': 'server { listen 8080; root /var/www/html; }\n',
        '/etc/nginx/modules-enabled/affinity.conf': 'worker_cpu_affinity auto;\n',
      },
      services: ['apache2', 'nginx', ...(daemons.services ?? [])],
    })
    await installAttempt(lab, await bundleAttempt())
    before = await list(lab, 'apache2')
  })
  afterAll(() => lab?.stop())

  it.each(CASES)(
    '$breaks',
    async ({ unit, settings, checks = [HOME], reason, journal, remedy, untouched = false }) => {
      const [running, starts] = [await goingOn(unit), await startsOf(unit)]
      const result = await tryOut(lab, { unit, settings, checks })
      expect(result.healthy).toBe(false)
      expect(result.reason).toMatch(reason)
      if (journal) expect(result.journal.join('\n')).toMatch(journal)
      if (remedy) expect(result.remedies).toContain(remedy)
      await expectAsBefore(unit, result)
      expect(await answerOf(lab)).toBe('200')
      if (!untouched) return
      expect([await goingOn(unit), await startsOf(unit)]).toEqual([running, starts])
      expect(result.undone.lines).toContain('its settings are as before the trial')
      expect(result.undone.lines.join('\n')).toContain('it was not restarted: the invocation is the same')
    },
  )

  it('workers that die of SIGSYS in a loop behind a listening master, within seconds', async () => {
    const url = 'http://127.0.0.1:8080/'
    const result = await tryOut(lab, {
      unit: 'nginx.service',
      settings: ['SystemCallFilter=~@resources'],
      checks: [url],
    })
    expect(result.healthy).toBe(false)
    expect(result.reason).toContain('the kernel killed nginx (sched_setaffinity)')
    expect(result.remedies[0]).toBe('system-call sched_setaffinity')
    expect(result.ms).toBeLessThan(20_000)
    await expectAsBefore('nginx.service', result)
    expect(await answerOf(lab, url)).toBe('200')
  })

  it('a start whose port is still held by a daemon that outlived the stop', async () => {
    const result = await tryOut(lab, {
      unit: 'lingering.service',
      settings: ['PrivateDevices=yes'],
      checks: ['tcp:127.0.0.1:8082'],
    })
    // The old one answers: a check alone would have been satisfied.
    expect(result.healthy).toBe(false)
    expect(result.reasons.join('\n')).toMatch(/8082 is held by a process from before the restart/)
  })

  it('and takes what is harmless for healthy', async () => {
    const settings = ['NoNewPrivileges=yes', 'PrivateDevices=yes', 'ProtectHome=yes']
    const result = await tryOut(lab, { unit: 'notifying.service', settings, checks: ['tcp:127.0.0.1:8081'] })
    expect(result).toMatchObject({ healthy: true, reasons: [] })
  })

  it('a line that another drop-in overrides, without one restart to search for it', async () => {
    const folder = '/etc/systemd/system/apache2.service.d'
    await lab.write(`${folder}/zzz-own.conf`, '[Service]\nRestrictAddressFamilies=\n')
    await lab.output(['systemctl', 'daemon-reload'])
    const starts = await startsOf('apache2.service')
    const walk = await lab.run(['hardenctl', 'apache2', '--yes', '--no-rehearsal', '--stages', 'system'], {
      timeoutMs: 170_000,
    })
    expect(walk.stdout).toMatch(/broke: systemd did not accept the change: RestrictAddressFamilies/)
    expect(walk.stdout).toContain('System restrictions: kept')
    // The one trial that passed, and the stop and start of the last check.
    expect((await startsOf('apache2.service')) - starts).toBe(2)
    expect((await lab.run(['hardenctl', 'undo', 'apache2'])).exitCode).toBe(0)
    await lab.output(['rm', '-r', folder])
    await lab.output(['systemctl', 'daemon-reload'])
  })

  it('so that after all of it apache2 is what it was', async () => {
    expect(comparable(await list(lab, 'apache2')).unit).toEqual(comparable(before).unit)
  })
})
