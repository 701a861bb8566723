import { describe, expect, it } from 'vitest'
import { walkAndUndo } from './kit/cgroup-walk.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const UNIT = '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n'

describe.skipIf(skipLab())(labTitle('a host with control groups of version 1'), () => {
  it('beside those of version 2 is cloned, walked and undone', async () => {
    const stdout = await walkAndUndo({
      cgroups: 'hybrid',
      files: { '/etc/systemd/system/small.service': UNIT },
      service: 'small',
      options: ['--stages', 'system'],
      processes: '1 process',
    })
    expect(stdout).toContain('(rehearsed first in a clone: restart')
  })

  it('alone is walked live and undone, and says why it is not cloned', async () => {
    const stdout = await walkAndUndo({
      cgroups: 'legacy',
      service: 'nginx',
      options: ['--stages', 'capabilities'],
      processes: '3 processes',
    })
    expect(stdout).toContain(
      'No clone can prove anything: systemd uses cgroup v1 alone here, and a clone needs v2. Each stage is tried on the live service alone.',
    )
  })
})
