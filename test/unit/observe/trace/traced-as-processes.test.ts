import { expect, it } from 'vitest'
import { learnedFacts } from '../../../../src/observe/trace/learned-facts.ts'
import { Trace } from '../../../../src/observe/trace/trace.ts'
import { withTracedProcesses } from '../../../../src/observe/trace/traced-as-processes.ts'
import { emptyFacts } from '../../catalog/build-facts.ts'

/** A job of root's that starts another program as uid 33, and has ended when anybody looks. */
const JOB = `1     clone(child_stack=NULL, flags=SIGCHLD) = 70
70    execve("/usr/bin/save", [...], 0x55 /* 9 vars */) = 0
70    openat(AT_FDCWD, "/usr/lib/libz.so.1", O_RDONLY|O_CLOEXEC) = 3</usr/lib/libz.so.1>
70    mmap(NULL, 8192, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3</usr/lib/libz.so.1>, 0) = 0x7f
70    clone(child_stack=NULL, flags=SIGCHLD) = 71
71    setuid(33)                        = 0
71    execve("/usr/bin/send", [...], 0x55 /* 9 vars */) = 0
71    getpid()                          = 71
`

it('shows the processes of a unit that has ended as they were followed', () => {
  const trace = new Trace({
    manager: { pid: 1, program: '/usr/lib/systemd/systemd' },
    isService: (program) => program === '/usr/bin/save',
  })
  trace.feed(JOB, 'start')
  const learned = learnedFacts(trace.learned(), [], { systemd: 257, kernel: '6', packages: {} })
  const facts = { ...emptyFacts(), learned }
  const found = withTracedProcesses(facts).processes.map(({ name, isMain, uid, libraries }) => ({
    name,
    isMain,
    uid: uid.effective,
    libraries,
  }))
  expect(found).toEqual([
    { name: 'save', isMain: true, uid: 0, libraries: ['/usr/lib/libz.so.1'] },
    { name: 'send', isMain: false, uid: 33, libraries: [] },
  ])
})
