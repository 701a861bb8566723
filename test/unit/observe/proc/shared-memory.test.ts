import { expect, test } from 'vitest'
import { attachedSegments } from '../../../../src/observe/proc/shared-memory.ts'
import { parseSysvIpc } from '../../../../src/observe/proc/sysv-ipc.ts'

/** Linux 6.18: a segment of root's own, one for all, one of a group. */
const SEGMENTS = `       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid
1314148400          0   600                    96   512   512      1     0     0     0     0
1314148402          2   666                    96   512   512      1     0     0     0     0
         0         32   660                    96   512   512      1     0     0     0     0
`

const OF_ALL = { key: '0x4e545032', uid: 0, mode: 0o666 }

test.each([
  ['7f1-7f2 rw-s 00000000 00:01 2                          /SYSV4e545032 (deleted)', [OF_ALL]],
  [
    '7f1-7f2 rw-s 00000000 00:01 0                          /SYSV4e545030 (deleted)',
    [{ key: '0x4e545030', uid: 0, mode: 0o600 }],
  ],
  // Without a key it is for those that inherit it.
  ['7f1-7f2 rw-s 00000000 00:01 32                         /SYSV00000000 (deleted)', []],
  ['7f1-7f2 rw-s 00000000 00:01 2                          /dev/zero (deleted)', []],
])('%j is %j', (maps, segments) => {
  expect(attachedSegments(`${maps}\n${maps}`, parseSysvIpc(SEGMENTS))).toEqual(segments)
})
