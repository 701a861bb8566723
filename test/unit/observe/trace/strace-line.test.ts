import { describe, expect, it } from 'vitest'
import { parseStraceLine, splitArguments } from '../../../../src/observe/trace/strace-line.ts'
import {
  decorationOf,
  fieldOf,
  numberOf,
  pathOf,
  stringOf,
} from '../../../../src/observe/trace/strace-values.ts'

/** As strace 5.10, 6.1 and 6.13 wrote them, with -f -y and one each without. */
const LINES: [line: string, parsed: unknown][] = [
  [
    '19    fchownat(AT_FDCWD</tmp>, "a/b", 33, -1, 0) = 0',
    { pid: 19, kind: 'call', name: 'fchownat', args: 'AT_FDCWD</tmp>, "a/b", 33, -1, 0', result: '0' },
  ],
  [
    'openat(AT_FDCWD</tmp/a\\74b, \\"c)>, "x", O_WRONLY|O_CREAT, 0666) = 3</tmp/a\\74b, \\"c)/x>',
    {
      pid: 0,
      kind: 'call',
      name: 'openat',
      args: 'AT_FDCWD</tmp/a\\74b, \\"c)>, "x", O_WRONLY|O_CREAT, 0666',
      result: '3</tmp/a\\74b, \\"c)/x>',
    },
  ],
  [
    '[pid 12345] getpid()                        = 12345',
    { pid: 12345, kind: 'call', name: 'getpid', args: '', result: '12345' },
  ],
  ['7 1700000000.123456 getpid() = 7', { pid: 7, kind: 'call', name: 'getpid', args: '', result: '7' }],
  ['7<my comm> 12:34:56.7 getpid() = 7', { pid: 7, kind: 'call', name: 'getpid', args: '', result: '7' }],
  ['17    vfork( <unfinished ...>', { pid: 17, kind: 'unfinished', name: 'vfork', args: '' }],
  ['26    wait4(-1,  <unfinished ...>', { pid: 26, kind: 'unfinished', name: 'wait4', args: '-1, ' }],
  [
    '17    <... vfork resumed>)              = 18',
    { pid: 17, kind: 'resumed', name: 'vfork', rest: ')              = 18' },
  ],
  [
    '17    <... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 19',
    {
      pid: 17,
      kind: 'resumed',
      name: 'wait4',
      rest: '[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 19',
    },
  ],
  [
    '17    --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER, si_pid=17, si_uid=0} ---',
    { pid: 17, kind: 'signal', signal: 'SIGUSR1' },
  ],
  ['17    +++ killed by SIGSYS (core dumped) +++', { pid: 17, kind: 'killed', signal: 'SIGSYS' }],
  ['17    +++ exited with 1 +++', { pid: 17, kind: 'exited' }],
  ['17    +++ superseded by execve in pid 19 +++', { pid: 17, kind: 'superseded', by: 19 }],
  ['17    [ Process PID=17 runs in 32 bit mode. ]', { pid: 17, kind: 'personality', bits: 32 }],
  [
    '9 mmap(NULL, 2097152, PROT_READ, MAP_PRIVATE|MAP_HUGETLB|21<<MAP_HUGE_SHIFT, -1, 0) = -1 ENOMEM (Cannot allocate memory)',
    {
      pid: 9,
      kind: 'call',
      name: 'mmap',
      args: 'NULL, 2097152, PROT_READ, MAP_PRIVATE|MAP_HUGETLB|21<<MAP_HUGE_SHIFT, -1, 0',
      result: '-1 ENOMEM (Cannot allocate memory)',
    },
  ],
  [
    '9 futex_waitv(NULL, 0, 0, NULL, 0x10f /* CLOCK_??? (1) */) = ?',
    {
      pid: 9,
      kind: 'call',
      name: 'futex_waitv',
      args: 'NULL, 0, 0, NULL, 0x10f /* CLOCK_??? (1) */',
      result: '?',
    },
  ],
  ['strace: Process 12 attached', undefined],
  ['', undefined],
  ['9 ????( = ?', undefined],
  ['9 read(3, "', undefined],
]

describe('a line of strace', () => {
  it.each(LINES)('%s', (line, parsed) => expect(parseStraceLine(line)).toEqual(parsed))

  it('is split at its own commas', () => {
    expect(splitArguments('3</a, b>, {f="x, y", g=[1, 2]}, "q\\", r", A|B /* c, d */')).toEqual([
      '3</a, b>',
      '{f="x, y", g=[1, 2]}',
      '"q\\", r"',
      'A|B /* c, d */',
    ])
    expect(splitArguments('')).toEqual([])
    expect(splitArguments('NULL, ')).toEqual(['NULL', ''])
  })
})

describe('an argument', () => {
  it('is a string, with its escapes, or is not', () => {
    expect(stringOf('"/run/no\\1sock<>"')).toBe('/run/no\u0001sock<>')
    expect(stringOf('"a\\"b\\\\c\\n\\303\\244"')).toBe('a"b\\c\nä')
    expect(stringOf('""...')).toBeUndefined()
    expect(stringOf('0x7ffe')).toBeUndefined()
  })

  it('is a descriptor with what it is open on', () => {
    expect(decorationOf('3</tmp/a\\74b, \\"c)/x (deleted)>')).toBe('/tmp/a<b, "c)/x')
    expect(decorationOf('3</dev/null<char 1:3>>')).toBe('/dev/null')
    expect(decorationOf('3<socket:[12]>')).toBe('socket:[12]')
    expect(decorationOf('3')).toBeUndefined()
  })

  it('is a path below a descriptor, the working directory, or the root', () => {
    expect(pathOf('"/a/../b"', 'AT_FDCWD', undefined)).toBe('/b')
    expect(pathOf('"c"', 'AT_FDCWD</tmp>', '/other')).toBe('/tmp/c')
    expect(pathOf('"c"', 'AT_FDCWD', '/other')).toBe('/other/c')
    expect(pathOf('"c"', '5</srv>', '/other')).toBe('/srv/c')
    expect(pathOf('""', '5</srv/f>', undefined)).toBe('/srv/f')
    expect(pathOf('"c"', 'AT_FDCWD', undefined)).toBeUndefined()
  })

  it('is a number or a structure', () => {
    expect(['04755', '0x10', '-1', '3</x>', 'NULL', '0'].map(numberOf)).toEqual([
      0o4755,
      16,
      -1,
      3,
      undefined,
      0,
    ])
    expect(fieldOf('{sa_family=AF_UNIX, sun_path="/run/a, b"}', 'sun_path')).toBe('"/run/a, b"')
    expect(fieldOf('{flags=O_RDONLY|O_PATH, resolve=0}', 'flags')).toBe('O_RDONLY|O_PATH')
    expect(fieldOf(undefined, 'flags')).toBeUndefined()
  })
})
