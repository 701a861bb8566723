import { expect, it } from 'vitest'
import { parseSysvIpc } from '../../../../src/observe/proc/sharers.ts'

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
      { uid: 990, id: '3' },
      { uid: 0, id: '4' },
    ],
  ],
])('reads the owners of %s', (_, text, wanted) => {
  expect(parseSysvIpc(text)).toEqual(wanted)
})
