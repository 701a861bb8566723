import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { SYSTEM_MANAGER } from '../../src/host/manager.ts'
import { userManager } from '../../src/host/user-host.ts'
import { bootScript } from '../../src/rehearsal/boot/boot-script.ts'
import { GIVE_BACK } from '../../src/trial/transaction/give-back.ts'
import type { OwnershipRecord } from '../../src/trial/transaction/ownership.ts'
import { everythingScript, trialScript } from '../../src/trial/transaction/restore.ts'
import { standByScript } from '../../src/trial/transaction/stand-by.ts'

const record = (path: string, kind: OwnershipRecord['kind']): OwnershipRecord => ({
  ...{ path, kind, device: '1', inode: '2', uid: 0, gid: 4, mode: 0o640, given: [33] },
})
const RECORDS = [
  record('/var/log/x', 'directory'),
  record('/var/log/x/a', 'file'),
  record("/srv/it's", 'file'),
]
const TRIAL = {
  token: '0123456789abcdef',
  foldersMade: ['/run/systemd/system/x.service.d'],
  before: { invocation: 'old', processes: [] },
}
const PLAN = {
  folder: '/run/hardenctl/clone-x',
  cgroups: '/sys/fs/cgroup',
  upper: { place: 'memory' as const },
  upperKiB: 1024,
  layers: [
    { kind: 'overlay' as const, point: '/', options: [] },
    { kind: 'bind' as const, point: '/boot', options: ['nosuid'] },
  ],
  procOptions: ['hidepid=2'],
  runFiles: ['/run/resolv.conf'],
  links: [
    {
      name: 'ens3',
      mac: '02:00:00:00:00:05',
      addresses: [
        { address: '192.0.2.5', prefix: 24, ipv6: false },
        { address: 'fe80::5', prefix: 64, ipv6: true },
      ],
    },
  ],
  systemd: '/usr/lib/systemd/systemd',
  securityfs: true,
}

const missing = spawnSync('shellcheck', ['--version']).error !== undefined
const title = missing ? 'shellcheck (skipped: the program is not installed)' : 'shellcheck'

describe.skipIf(missing)(title, () => {
  it.each([
    [
      'the undo of a trial',
      trialScript(SYSTEM_MANAGER, 'x.service', { ...TRIAL, records: RECORDS }, ['/etc/a']),
    ],
    [
      'the undo of a trial that records nothing',
      trialScript(SYSTEM_MANAGER, 'x.service', { ...TRIAL, records: [] }, []),
    ],
    [
      'the undo of a trial of a user’s unit',
      trialScript(userManager(1000, '/home/x', {}), 'x.service', { ...TRIAL, records: [] }, []),
    ],
    ['the undo of everything', everythingScript(SYSTEM_MANAGER, 'x.service', RECORDS)],
    ['what stands by for a run', standByScript(SYSTEM_MANAGER, 'x.service')],
    ['what gives one folder back', `#!/bin/sh${GIVE_BACK}`],
    ['the boot of a clone in memory', bootScript(PLAN)],
    [
      'the boot of a clone on disk',
      bootScript({ ...PLAN, securityfs: false, upper: { place: 'disk', image: '/var/lib/x/a.img' } }),
    ],
  ])('finds nothing in %s', (_, script) => {
    const { stdout } = spawnSync('shellcheck', ['-s', 'sh', '-'], { input: script, encoding: 'utf8' })
    expect(stdout).toBe('')
  })
})
