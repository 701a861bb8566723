import { describe, expect, it } from 'vitest'
import { cgroupTree, hasVersion1Alone } from '../../../../src/observe/proc/cgroup-tree.ts'
import { parseMounts } from '../../../../src/observe/proc/mounts.ts'
import { memoryHost } from '../memory-host.ts'

const TMPFS = '31 23 0:28 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n'
const NAMED = '40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n'
const UNIFIED = '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n'
const BESIDE = '41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n'
/** As network plug-ins mount it for themselves. */
const OTHERS = '90 28 0:38 / /run/plugin/cgroupv2 rw - cgroup2 none rw\n'

describe('the tree that a clone gets its groups in', () => {
  it.each([
    ['version 2', UNIFIED, '/sys/fs/cgroup', '/sys/fs/cgroup'],
    ['hybrid', TMPFS + BESIDE + NAMED, '/sys/fs/cgroup/unified', '/sys/fs/cgroup/unified'],
    [
      'hybrid, and one of others',
      OTHERS + TMPFS + BESIDE,
      '/sys/fs/cgroup/unified',
      '/sys/fs/cgroup/unified',
    ],
    ['version 1', TMPFS + NAMED, '/sys/fs/cgroup/systemd', undefined],
    ['version 1, and one of others', TMPFS + NAMED + OTHERS, '/sys/fs/cgroup/systemd', undefined],
  ])('is systemd’s of version 2: %s', async (_, mountinfo, managed, expected) => {
    const files = { [`${managed}/init.scope/cgroup.procs`]: '1\n', '/proc/1/mountinfo': mountinfo }
    const host = memoryHost({ files })
    expect(await cgroupTree(host, parseMounts(mountinfo))).toBe(expected)
    expect(await hasVersion1Alone(host)).toBe(expected === undefined)
  })

  it('is not missed where there are no control groups to be seen', async () => {
    expect(await hasVersion1Alone(memoryHost({ files: { '/proc/1/mountinfo': TMPFS } }))).toBe(false)
    expect(await hasVersion1Alone(memoryHost({ files: {} }))).toBe(false)
  })
})
