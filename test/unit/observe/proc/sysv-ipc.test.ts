import { expect, it } from 'vitest'
import { parseSysvIpc } from '../../../../src/observe/proc/sysv-ipc.ts'

it.each([
  ['nothing', '', []],
  ['the names of the columns alone', '       key      semid perms      nsems   uid   gid  cuid  cgid\n', []],
  [
    'two queues',
    `       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid      stime
         0          3   600           0          0     0     0   990   990   990   990          0
  16909060          4   666           0          0     0     0     0     0     0     0          0
`,
    [
      { id: '3', uid: 990, mode: 0o600 },
      { id: '4', uid: 0, mode: 0o666 },
    ],
  ],
])('reads %s', (_, text, wanted) => {
  expect(parseSysvIpc(text)).toEqual(wanted)
})
