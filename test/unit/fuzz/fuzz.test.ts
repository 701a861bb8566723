import { describe, expect, it } from 'vitest'
import { parseGroup, parsePasswd } from '../../../src/observe/accounts.ts'
import { parseEndpoint } from '../../../src/observe/addresses.ts'
import { capabilitiesOfMask } from '../../../src/observe/capabilities.ts'
import { cgroupMounts } from '../../../src/observe/control-group.ts'
import { parseElf } from '../../../src/observe/elf.ts'
import { parseGetcap } from '../../../src/observe/file-capabilities.ts'
import { parseInterpreterLine } from '../../../src/observe/interpreter-line.ts'
import { parseLoaderList } from '../../../src/observe/loader-list.ts'
import { parseLogrotate } from '../../../src/observe/logrotate-config.ts'
import { parseMaps } from '../../../src/observe/maps.ts'
import { isOpenForWriting, parseLinkTarget } from '../../../src/observe/open-files.ts'
import { regularExpressionOf } from '../../../src/observe/path-pattern.ts'
import { parseCmdline, parseStat, parseStatus } from '../../../src/observe/process-status.ts'
import { SOCKET_TABLES } from '../../../src/observe/socket-tables.ts'
import { Trace } from '../../../src/observe/strace.ts'
import { parseState, StoreError } from '../../../src/session/store.ts'
import { parseSeccompJournal, parseSeccompText } from '../../../src/systemd/audit.ts'
import { parseExec } from '../../../src/systemd/exec.ts'
import { parseJournal } from '../../../src/systemd/journal.ts'
import { parseOverall } from '../../../src/systemd/security.ts'
import { parseShow } from '../../../src/systemd/show.ts'
import { flattenGroups, parseSyscallGroups } from '../../../src/systemd/syscall-groups.ts'
import { execLines, parseUnitText } from '../../../src/systemd/unit-files.ts'
import { serviceName, UnitNameError } from '../../../src/systemd/unit-name.ts'
import { CheckError, parseCheck } from '../../../src/trial/check.ts'

/** Inputs for each parser; more with HARDENCTL_FUZZ. */
const COUNT = Number(process.env.HARDENCTL_FUZZ ?? 2000)
/** No input may take longer: all are shorter than a page or two. */
const SLOWEST_MS = 500

type Parser = [name: string, parse: (text: string, bytes: Uint8Array) => unknown, refusal?: new () => Error]

const PARSERS: Parser[] = [
  ['show', (text) => parseShow(text)],
  ['unit text', (text) => execLines(parseUnitText(text))],
  ['exec', (text) => parseExec(text)],
  ['journal', (text) => parseJournal(text)],
  ['exposure', (text) => parseOverall(text)],
  ['syscall groups', (text) => flattenGroups(parseSyscallGroups(text))],
  ['seccomp text', (text) => parseSeccompText(text)],
  ['seccomp journal', (text) => parseSeccompJournal(text)],
  ['unit name', (text) => serviceName(text), UnitNameError],
  ['state', (text) => parseState(text, 'x.service'), StoreError],
  ['check', (text) => parseCheck(text), CheckError],
  ['passwd', (text) => [parsePasswd(text), parseGroup(text)]],
  ['endpoint', (text) => parseEndpoint(text)],
  ['capability mask', (text) => capabilitiesOfMask(/[0-9a-f]{1,16}/.exec(text)?.[0] ?? '0')],
  ['cgroup', (text) => cgroupMounts(text)],
  ['elf', (_, bytes) => parseElf(bytes)],
  ['getcap', (text) => parseGetcap(text, ['/bin/ping'])],
  ['interpreter', (_, bytes) => parseInterpreterLine(bytes)],
  ['loader list', (text) => parseLoaderList(text)],
  ['logrotate', (text) => parseLogrotate(text)],
  ['maps', (text) => parseMaps(text)],
  ['open file', (text) => [isOpenForWriting(text), parseLinkTarget(text)]],
  ['path pattern', (text) => regularExpressionOf(text.slice(0, 60)).test('/var/log/nginx/access.log.1')],
  ['strace', (text) => readTrace(text, 1)],
  ['strace in pieces', (text) => readTrace(text, 7)],
  ['process status', (text) => [parseStatus(text), parseStat(text), parseCmdline(text)]],
  ...Object.entries(SOCKET_TABLES).map(([name, parse]): Parser => [name, (text) => parse(text, 'little')]),
]

/** A trace of everything, and one of systemd and its children. */
function readTrace(text: string, pieces: number): unknown[] {
  return [{}, { manager: { pid: 1, program: 'systemd' }, isService: () => true }].map((options) => {
    const trace = new Trace(options)
    const size = Math.ceil(text.length / pieces) || 1
    for (let at = 0; at < text.length; at += size) trace.feed(text.slice(at, at + size), `phase ${at}`)
    return trace.learned()
  })
}

const CORPUS = [
  'ExecStart={ path=/bin/x ; argv[]=/bin/x -a ; flags=privileged ; pid=0 ; }\nUser=www\nEnvironment=A=1\n two\n',
  '# /etc/x\n[Service]\nExecStart=/a \\\n # c\n -b\nExecStart=\n[Install]\n',
  '{"MESSAGE":[104,105],"PRIORITY":"3","_TRANSPORT":"audit","_AUDIT_TYPE":"1326","_AUDIT_FIELD_SYSCALL":"92"}\n',
  'audit: type=1326 audit(1700000000.123:45): pid=1 comm="sh" exe=2F62 sig=31 arch=c000003e syscall=260 code=0x0\n',
  '@default\n    # d\n    brk\n    @chown\n\n@chown\n    chown\n',
  '{"version":1,"unit":"x.service","started":"","stock":92,"kept":[],"baseline":{"listeners":[],"answers":[]}}',
  'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:\n',
  'Name:\tsrv\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\nSeccomp:\t2\n1 (a) b) S 0 1 1 0 -1 4 0\n',
  '7f00-7f01 rwxp 00000000 08:01 12 /usr/lib/x.so (deleted)\n7f02-7f03 r-xp 0 00:00 0 [vdso]\n',
  '  sl  local_address rem_address st\n   0: 0100007F:1F90 00000000:0000 0A 0:0 0:0 0 0 0 8045 1 0 10 -1\n',
  'Num RefCount Protocol Flags Type St Inode Path\n0000: 00000002 00000000 00010000 0001 01 12 @/x y\n',
  '/var/log/x/*.log {\n create 0640 www adm\n postrotate\n  systemctl reload x\n endscript\n}\n',
  '1 clone(child_stack=NULL, flags=CLONE_NEWNS|SIGCHLD <unfinished ...>\n2 execve("/bin/x\\74", [...], 0x7f /* 3 vars */) = 0\n1 <... clone resumed>) = 2\n2 openat(AT_FDCWD</>, "a", O_RDWR|O_CREAT, 0666) = 3</a>\n',
  '2 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = -1 EACCES (x)\n2 mmap(NULL, 1, PROT_READ|PROT_EXEC, 1<<2, 3</l.so>, 0) = 0x7f\n2 fchownat(AT_FDCWD, "b", 33, -1, 0 <unfinished ...>\n2 +++ killed by SIGSYS +++\n',
  '#!/usr/bin/env -S python3 -u\n',
  '\u007fELF\u0002\u0001\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0003\u0000>\u0000',
  '/bin/ping cap_net_raw=ep\n\tlibc.so.6 => /lib/libc.so.6 (0x00)\nflags:\t0100002\nsocket:[12]\n',
  '31 23 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
  '→ Overall exposure level for x.service: 9.2 UNSAFE\n/var/{a,b*}/[c-d]?.log tcp:a:1 x@.service',
]
const TOKENS = [
  '\0',
  '\n',
  '\\',
  '"',
  '=',
  ';',
  '[',
  ']',
  '{',
  '}',
  '@',
  '-1',
  '99999999999999999999',
  '__proto__',
  '\ud800',
  ' ',
  '\u001d',
  '*',
  '$',
  '%',
  '<',
  '>',
  '(',
  ')',
  ' <unfinished ...>\n',
]

/** xorshift32: the same inputs in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

function input(random: (below: number) => number): Uint8Array {
  if (random(4) === 0) return Uint8Array.from({ length: random(300) }, () => random(256))
  let text = CORPUS[random(CORPUS.length)] as string
  for (let change = random(8); change >= 0; change -= 1) {
    const at = random(text.length + 1)
    const to = Math.min(text.length, at + random(12))
    const token = TOKENS[random(TOKENS.length)] as string
    const middle = [token, token.repeat(random(200)), text.slice(at, to).repeat(random(20)), ''][
      random(4)
    ] as string
    text = (text.slice(0, at) + middle + text.slice(to)).slice(0, 5000)
  }
  return Buffer.from(text)
}

describe('whatever it is given, the parser of', () => {
  it.each(PARSERS)(
    '%s neither throws nor hangs',
    (_, parse, refusal) => {
      const random = generator(20_240_607)
      let slowest = 0
      for (let count = 0; count < COUNT; count += 1) {
        const bytes = input(random)
        const text = Buffer.from(bytes).toString('utf8')
        const started = performance.now()
        try {
          parse(text, bytes)
        } catch (error) {
          const own = refusal !== undefined && error instanceof refusal
          expect(own, `${JSON.stringify(text)}: ${(error as Error).stack}`).toBe(true)
        }
        slowest = Math.max(slowest, performance.now() - started)
      }
      expect(slowest).toBeLessThan(SLOWEST_MS)
    },
    600_000,
  )
})
