/** resolver(3); the C library has them by two names. */
const RESOLVER = [
  'dn_expand',
  'res_mkquery',
  'res_nquery',
  'res_nsearch',
  'res_query',
  'res_search',
  'res_send',
]
/** The sources of names, which a daemon that remembers their answers for all asks by itself: nsswitch.conf(5). */
const NAME_SERVICE = ['__nss_lookup_function', '__nss_hosts_lookup2', '__nss_next2']
/** Calls that tell what a program may come to do, each of a kind that some setting denies. */
export const TELLING_IMPORTS: Record<string, readonly string[]> = {
  // Each is there for one right of root alone: capabilities(7).
  'order-kernel': [
    'acct',
    'adjtimex',
    'clock_adjtime',
    'clock_settime',
    'delete_module',
    'fsopen',
    'init_module',
    'ioperm',
    'iopl',
    'klogctl',
    'mknod',
    'mknodat',
    'mount',
    'pivot_root',
    'quotactl',
    'reboot',
    'setdomainname',
    'sethostname',
    'settimeofday',
    'stime',
    'swapon',
  ],
  // Of an account the kernel refuses them, or they change nothing that others see.
  refusable: [
    'chown',
    'fchown',
    'nice',
    'pthread_setaffinity_np',
    'pthread_setschedparam',
    'sched_setaffinity',
    'sched_setparam',
    'sched_setscheduler',
    'setpriority',
  ],
  'run-programs': [
    'execl',
    'execle',
    'execlp',
    'execv',
    'execve',
    'execvp',
    'execvpe',
    'fexecve',
    'popen',
    'posix_spawn',
    'posix_spawnp',
    'system',
  ],
  'act-as-others': [
    'initgroups',
    'setegid',
    'seteuid',
    'setfsuid',
    'setgid',
    'setgroups',
    'setregid',
    'setresgid',
    'setresuid',
    'setreuid',
    'setuid',
  ],
  chroot: ['chroot'],
  namespaces: ['setns', 'unshare'],
  mount: ['mount', 'umount', 'umount2', 'fsopen', 'move_mount'],
  // Whoever gives a file its times, and a link its owner, makes it like another one: its bits too.
  'copy-owners': ['lchown', 'fchownat'],
  'copy-modes': ['chmod', 'fchmod', 'fchmodat', 'lchmod'],
  'copy-times': ['futimens', 'futimes', 'lutimes', 'utimensat', 'utimes'],
  'name-owners': ['getpwuid', 'getpwuid_r'],
  'name-groups': ['getgrgid', 'getgrgid_r'],
  'list-folders': ['fts_open', 'glob', 'nftw', 'readdir', 'readdir64', 'scandir'],
  'read-links': ['readlink', 'readlinkat'],
  // System V and POSIX: what others made is taken by its number or name.
  'attach-memory': ['shmat'],
  'open-queues': ['mq_open'],
  'list-interfaces': ['getifaddrs', 'if_nameindex'],
  'connect-out': ['connect'],
  'look-up': [
    'getaddrinfo',
    'gethostbyname',
    'gethostbyname2',
    'gethostbyname2_r',
    'gethostbyname_r',
    ...RESOLVER.flatMap((name) => [name, `__${name}`]),
    ...NAME_SERVICE,
  ],
  'write-execute': ['dlopen'],
  'list-mounts': ['getmntent', 'getmntent_r', 'setmntent'],
  'send-out': ['sendmsg', 'sendto'],
  'read-addresses': ['inet_addr', 'inet_aton', 'inet_pton'],
  'measure-mounts': [
    'fstatfs',
    'fstatfs64',
    'fstatvfs',
    'fstatvfs64',
    'statfs',
    'statfs64',
    'statvfs',
    'statvfs64',
  ],
}
export const TELLING = new Set(Object.values(TELLING_IMPORTS).flat())

/** By the calls of the C library, or by a function that its program has for plug-ins and that bears the name of one. */
export function startsPrograms(imports: Iterable<string>): boolean {
  return [...imports].some(
    (name) =>
      TELLING_IMPORTS['run-programs']?.includes(name) === true ||
      /popen|spawn|proc_create|create_\w*process$/i.test(name),
  )
}

/** A plug-in of a server that starts programs and has the server make the variables of CGI for them. */
export function startsCgi(imports: ReadonlySet<string>): boolean {
  return startsPrograms(imports) && [...imports].some((name) => /(?:^|_)cgi_/i.test(name))
}
