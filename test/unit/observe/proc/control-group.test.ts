import { expect, test } from 'vitest'
import { cgroupMounts, processesOfGroup, readOfGroup } from '../../../../src/observe/proc/control-group.ts'
import { memoryHost } from '../memory-host.ts'

const HYBRID = `27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`
const UNIFIED = '31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n'

test.each([
  ['unified', UNIFIED, ['/sys/fs/cgroup']],
  ['hybrid', HYBRID, ['/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd']],
  ['escaped', '1 2 0:1 / /a\\040b rw - cgroup2 x rw', ['/a b']],
  ['none', 'nonsense\n', []],
])('mounts: %s', (_, text, mounts) => {
  expect(cgroupMounts(text)).toEqual(mounts)
})

test('the group is looked for in the next hierarchy when the first does not have it', async () => {
  const host = memoryHost({
    files: { '/proc/1/mountinfo': HYBRID },
    groups: {
      '/sys/fs/cgroup/unified/system.slice/a.service': [],
      '/sys/fs/cgroup/systemd/system.slice/a.service': [12, 11, 12],
    },
  })
  expect(await processesOfGroup(host, '/system.slice/a.service', new Set())).toEqual([11, 12])
  expect(await processesOfGroup(host, '', new Set())).toEqual([])
})

test('a file of the group is read where the hierarchy has it', async () => {
  const group = '/system.slice/a.service'
  const host = memoryHost({
    files: {
      '/proc/1/mountinfo': HYBRID,
      [`/sys/fs/cgroup/unified${group}/cpu.stat`]: 'usage_usec 7',
      [`/sys/fs/cgroup/systemd${group}/cgroup.procs`]: '11',
      '/sys/fs/cgroup/unified/cpu.stat': 'usage_usec 8',
    },
  })
  expect(await readOfGroup(host, group, 'cpu.stat')).toBe('usage_usec 7')
  expect(await readOfGroup(host, group, 'cgroup.procs')).toBe('11')
  expect(await readOfGroup(host, group, 'cpu.pressure')).toBeUndefined()
  expect(await readOfGroup(host, '', 'cpu.stat')).toBeUndefined()
})
