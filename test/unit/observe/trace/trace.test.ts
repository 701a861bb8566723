import { describe, expect, it } from 'vitest'
import { sightingsText } from '../../../../src/observe/trace/learned.ts'
import { Trace } from '../../../../src/observe/trace/trace.ts'
import type { TracedOptions } from '../../../../src/observe/trace/traced-processes.ts'

/** systemd starts apachectl, a shell script, which runs chown; another unit's program starts meanwhile. */
const APACHE = `1     clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD <unfinished ...>
70    prctl(PR_SET_NAME, "(pachectl)")  = 0
1     <... clone resumed>, child_tidptr=0x7f) = 70
70    mount(NULL, "/", NULL, MS_REC|MS_SLAVE, NULL) = 0
70    execve("/usr/sbin/apachectl", [...], 0x55 /* 9 vars */) = 0
70    chdir("/srv")                     = 0
1     clone(child_stack=NULL, flags=SIGCHLD) = 80
80    execve("/usr/bin/dbus-daemon", [...], 0x55 /* 9 vars */) = 0
80    mount("a", "b", NULL, 0, NULL)    = 0
70    vfork( <unfinished ...>
71    execve("/usr/bin/chown", [...], 0x55 /* 9 vars */ <unfinished ...>
70    <... vfork resumed>)              = 71
71    <... execve resumed>)             = 0
71    fchownat(AT_FDCWD, "run", 33, -1, 0) = 0
71    +++ exited with 0 +++
70    --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=71} ---
70    execve("/usr/sbin/apache2", [...], 0x55 /* 9 vars */) = 0
70    socket(AF_INET6, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_IP) = 4<socket:[7]>
70    bind(4<socket:[7]>, {sa_family=AF_INET6, sin6_port=htons(80), inet_pton(AF_INET6, "::", &sin6_addr)}, 28) = 0
70    openat(AT_FDCWD</srv>, "/var/log/apache2/error.log", O_WRONLY|O_CREAT|O_APPEND|O_CLOEXEC, 0666) = 2</var/log/apache2/error.log>
70    clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD, child_tidptr=0x7f) = 72
72    setgroups(1, [33])                = 0
72    setuid(33)                        = 0
72    openat(AT_FDCWD</>, "/etc/shadow", O_RDONLY) = -1 EACCES (Permission denied)
`

const SYSTEMD: TracedOptions = {
  manager: { pid: 1, program: '/usr/lib/systemd/systemd' },
  isService: (program) => program === '/usr/sbin/apachectl',
}

function read(text: string, options: TracedOptions = {}, phase = 'start') {
  const trace = new Trace(options)
  trace.feed(text, phase)
  return trace.learned()
}

const count = (program: string, phase = 'start', times = 1) => ({ program, phase, count: times })

describe('what a call means depends on what it is called for', () => {
  const run = (...lines: string[]) =>
    read(['70    execve("/srv/x", [...], 0x55 /* 9 vars */) = 0', ...lines, ''].join('\n'), {
      isService: (program) => program === '/srv/x',
    })
  const surely = (family: string) => {
    const { acts } = run(
      `70    socket(${family}, SOCK_DGRAM, 0) = 4<socket:[7]>`,
      '70    setsockopt(4<socket:[7]>, SOL_SOCKET, SO_RCVBUFFORCE, [16777216], 4) = 0',
    )
    return acts.filter(({ detail }) => detail === 'cap_net_admin').map(({ sure }) => sure)
  }

  it('who goes to a folder needs to see it', () => {
    const files = run('70    chdir("/home/anna")               = 0').files.map(({ path }) => path)
    expect(files).toContain('/home/anna')
  })

  it('a larger buffer is meant for the network, and a habit of notifications', () => {
    expect(surely('AF_INET')).toEqual([true])
    expect(surely('AF_UNIX')).toEqual([false])
  })

  it('a mode that only an owner may set needs the right to act as owner', () => {
    const { failed } = run('70    fchmod(3</run/x>, 0660) = -1 EPERM (Operation not permitted)')
    expect(failed).toMatchObject([{ name: 'fchmod', path: '/run/x', needs: ['cap_fowner'] }])
  })

  it('netlink is told by its protocol', () => {
    const { sockets } = run(
      '70    socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_NETFILTER) = 4<socket:[7]>',
    )
    expect(sockets).toMatchObject([{ family: 'AF_NETLINK', protocol: 'NETLINK_NETFILTER' }])
  })

  it('a mount is an act of its own', () => {
    const { acts } = run('70    mount("a", "/srv/b", NULL, MS_BIND, NULL) = 0')
    expect(acts.map(({ kind }) => kind).sort()).toEqual(['capability', 'mount'])
  })
})

describe('a trace of systemd and its children', () => {
  const learned = read(APACHE, SYSTEMD)

  it('tells the service from systemd and from other units', () => {
    const names = learned.calls.map(({ name }) => name)
    expect(names).not.toContain('mount')
    expect(names).not.toContain('prctl')
    expect(learned.files.map(({ path }) => path)).not.toContain('/usr/bin/dbus-daemon')
  })

  it('names the program that made a call, a program that was started meanwhile too', () => {
    expect(learned.calls.find(({ name }) => name === 'fchownat')).toEqual({
      name: 'fchownat',
      sightings: [count('/usr/bin/chown')],
    })
    expect(learned.calls.find(({ name }) => name === 'setuid')?.sightings).toEqual([
      count('/usr/sbin/apache2'),
    ])
    expect(sightingsText([count('/usr/bin/chown')])).toBe('chown, at start')
    const often = ['start', 'reload', 'stop'].map((phase) => count('/bin/sh', phase))
    expect(sightingsText([...often, count('')], 1)).toBe('sh, at start, reload and stop; 1 more')
  })

  it('knows files by their whole path', () => {
    expect(learned.files).toContainEqual({
      path: '/srv/run',
      uses: ['owner'],
      sightings: [count('/usr/bin/chown')],
    })
    expect(learned.files.find(({ path }) => path.endsWith('error.log'))?.uses).toEqual(['write', 'create'])
    expect(learned.files.filter(({ uses }) => uses.includes('execute')).map(({ path }) => path)).toEqual([
      '/usr/bin/chown',
      '/usr/sbin/apache2',
      '/usr/sbin/apachectl',
    ])
  })

  it('tells capabilities, families and what was refused', () => {
    expect(learned.acts.map(({ detail, call }) => `${detail} ${call}`)).toEqual([
      'cap_chown fchownat',
      'cap_net_bind_service bind',
      'cap_setgid setgroups',
      'cap_setuid setuid',
    ])
    expect(learned.sockets).toMatchObject([{ family: 'AF_INET6', type: 'SOCK_STREAM' }])
    expect(learned.failed).toMatchObject([{ name: 'openat', error: 'EACCES', path: '/etc/shadow' }])
  })

  it('is the same in whatever pieces it comes', () => {
    for (const size of [1, 7, 100]) {
      const trace = new Trace(SYSTEMD)
      for (let at = 0; at < APACHE.length; at += size) trace.feed(APACHE.slice(at, at + size), 'start')
      expect(trace.learned()).toEqual(learned)
    }
  })
})

describe('a trace', () => {
  it('counts by phase', () => {
    const trace = new Trace()
    trace.feed('9 getpid() = 9\n9 getpid() = 9\n', 'start')
    trace.feed('9 getpid() = 9\n', 'reload')
    expect(trace.learned().calls).toEqual([
      { name: 'getpid', sightings: [count('', 'start', 2), count('', 'reload')] },
    ])
  })

  it('blames the thread that called last when a filter killed them all', () => {
    const learned = read(`9 execve("/bin/x", [...], 0x7 /* 1 var */) = 0
9 clone3({flags=CLONE_VM|CLONE_THREAD, stack=0x7}, 88) = 10
9 futex(0x7, FUTEX_WAIT, 1, NULL <unfinished ...>
10 fchownat(AT_FDCWD</>, "a", 33, -1, 0) = ?
9 <... futex resumed>) = ?
10 +++ killed by SIGSYS (core dumped) +++
9 +++ killed by SIGSYS (core dumped) +++
`)
    expect(learned.failed).toEqual([
      { name: 'fchownat', error: 'SIGSYS', path: '/a', sightings: [count('/bin/x')] },
    ])
  })

  it.each([
    [
      'mmap(NULL, 4096, PROT_READ|PROT_WRITE|PROT_EXEC, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7',
      'write-execute',
    ],
    ['mprotect(0x7, 4096, PROT_READ|PROT_EXEC) = 0', 'write-execute'],
    ['unshare(CLONE_NEWUSER) = 0', 'namespace'],
    ['clone3({flags=CLONE_NEWNS|CLONE_NEWUSER, exit_signal=SIGCHLD}, 88) = 12', 'namespace'],
    ['fchmodat(AT_FDCWD</>, "a", 04755) = 0', 'suid'],
    ['sched_setscheduler(0, SCHED_FIFO, [1]) = 0', 'realtime'],
    ['personality(ADDR_NO_RANDOMIZE) = 0', 'personality'],
    ['sethostname("x", 1) = 0', 'hostname'],
    ['chroot("/var/lib/x") = 0', 'capability'],
  ])('%s is %s', (line, kind) => {
    expect(read(`9 ${line}\n`).acts.map((act) => act.kind)).toContain(kind)
  })

  it.each([
    ['"/proc/self/oom_score_adj", O_WRONLY', [{ detail: 'cap_sys_resource', sure: true }]],
    ['"/proc/71/oom_score_adj", O_RDWR|O_CLOEXEC', [{ detail: 'cap_sys_resource', sure: true }]],
    ['"/proc/self/oom_score_adj", O_RDONLY', []],
    ['"/srv/oom_score_adj", O_WRONLY', []],
  ])('who opens %s may lower how soon it is killed for memory', (args, acts) => {
    expect(read(`9 openat(AT_FDCWD</>, ${args}) = 3\n`).acts).toMatchObject(acts)
  })

  it.each([
    'mmap(NULL, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE, 3</lib/x.so>, 0) = 0x7',
    'mprotect(0x7, 4096, PROT_READ) = 0',
    'personality(0xffffffff) = 0',
    'chmod("/a", 0755) = 0',
    'setuid(33) = -1 EPERM (Operation not permitted)',
    'setresuid(-1, -1, -1) = 0',
    'clone(child_stack=NULL, flags=SIGCHLD) = 0',
  ])('%s is nothing of the kind', (line) => expect(read(`9 ${line}\n`).acts).toEqual([]))

  it.each([
    ['SO_SNDBUFFORCE', false],
    ['SO_MARK', true],
  ])('%s by setsockopt is surely needed: %s', (option, sure) => {
    const { acts } = read(`9 setsockopt(3<socket:[7]>, SOL_SOCKET, ${option}, [8388608], 4) = 0\n`)
    expect(acts).toMatchObject([{ detail: 'cap_net_admin', sure }])
  })

  it('finds the real path of what was opened, and of both sides of a renaming', () => {
    const { files } = read(`9 open("/var/run/x", O_RDWR) = 3</run/x>
9 renameat2(AT_FDCWD</tmp>, "a", 5</srv>, "b", RENAME_NOREPLACE) = 0
9 openat(AT_FDCWD</>, "/tmp", O_RDWR|O_TMPFILE, 0600) = 4</tmp/#123 (deleted)>
9 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/no\\1sock"}, 110) = 0
9 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path=@"abstract"}, 110) = 0
`)
    expect(files.map(({ path, uses }) => [path, ...uses])).toEqual([
      ['/run/no\u0001sock', 'connect'],
      ['/run/x', 'read', 'write'],
      ['/srv/b', 'create'],
      ['/tmp', 'read', 'write', 'create'],
      ['/tmp/a', 'remove'],
    ])
  })

  it('tells what a refused call would have needed', () => {
    const refused = (line: string) => read(`9 ${line}\n`).failed[0]?.needs
    expect(refused('fchownat(AT_FDCWD</>, "a", 33, -1, 0) = -1 EPERM (Operation not permitted)')).toEqual([
      'cap_chown',
    ])
    expect(
      refused(
        'bind(3<socket:[1]>, {sa_family=AF_INET, sin_port=htons(80)}, 16) = -1 EACCES (Permission denied)',
      ),
    ).toEqual(['cap_net_bind_service'])
    expect(
      refused('socket(AF_NETLINK, SOCK_RAW, 0) = -1 EAFNOSUPPORT (Address family not supported)'),
    ).toEqual(['AF_NETLINK'])
    expect(refused('openat(AT_FDCWD</>, "/a", O_RDONLY) = -1 EACCES (Permission denied)')).toBeUndefined()
  })

  it('names calls that the strace is too old to know, and notes 32 bit', () => {
    const learned = read(
      '9 syscall_0x1c1(0, 0) = 0\n9 [ Process PID=9 runs in 32 bit mode. ]\nnonsense\n9 broken("\n',
      { architecture: 'x86_64' },
    )
    expect(learned).toMatchObject({ calls: [{ name: 'futex_waitv' }], bits32: true, unread: 2 })
  })
})

describe('a signal', () => {
  it('takes a capability when it goes to another user’s process', () => {
    const learned = read(
      `1 clone(child_stack=NULL, flags=SIGCHLD) = 70
70 execve("/usr/sbin/apachectl", [...], 0x55 /* 9 vars */) = 0
70 clone(child_stack=NULL, flags=SIGCHLD) = 72
72 setuid(33)                        = 0
70 kill(72, SIGTERM)                 = 0
70 kill(70, SIGTERM)                 = 0
72 kill(72, SIGTERM)                 = 0
`,
      SYSTEMD,
    )
    expect(learned.acts.find(({ detail }) => detail === 'cap_kill')?.sightings).toEqual([
      count('/usr/sbin/apachectl'),
    ])
  })
})

describe('a call that never comes back', () => {
  it.each([
    ['9 read(0</run/pipe>, <detached ...>\n', [{ program: '', name: 'read', path: '/run/pipe' }]],
    [
      '9 openat(AT_FDCWD</>, "/run/pipe", O_RDONLY <unfinished ...>\n',
      [{ program: '', name: 'openat', path: '/run/pipe' }],
    ],
    ['9 wait4(-1, <unfinished ...>\n9 <... wait4 resumed>NULL, 0, NULL) = 12\n', []],
    ['9 wait4(-1, <unfinished ...>\n9 +++ killed by SIGKILL +++\n', []],
  ])('%s is what it waits in', (text, waiting) => expect(read(text).waiting).toEqual(waiting))
})
