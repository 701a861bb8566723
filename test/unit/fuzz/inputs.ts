/** What parsers are given in earnest, to be broken. */
const SEEDS = [
  'ExecStart={ path=/bin/x ; argv[]=/bin/x -a ; flags=privileged ; pid=0 ; }\nUser=www\nEnvironment=A=1\n two\n',
  '# /etc/x\n[Service]\nExecStart=/a \\\n # c\n -b\nExecStart=\n[Install]\n',
  '{"MESSAGE":[104,105],"PRIORITY":"3","_TRANSPORT":"audit","_AUDIT_TYPE":"1326","_AUDIT_FIELD_SYSCALL":"92"}\n',
  'audit: type=1326 audit(1700000000.123:45): pid=1 comm="sh" exe=2F62 sig=31 arch=c000003e syscall=260 code=0x0\n',
  '@default\n    # d\n    brk\n    @chown\n\n@chown\n    chown\n',
  '{"version":1,"unit":"x.service","started":"","stock":92,"kept":[],"baseline":{"listeners":[],"answers":[]}}',
  `{"$schema":"file:///usr/share/doc/hardenctl/plan.schema.json","version":1,"hardenctl":"0.2.0","at":"2026-11-26T10:00:00.000Z","unit":"x.service","description":"","made_on":{"host":"a","architecture":"x86_64","systemd":"","kernel":"","libc":"","packages":{"x":"1"},"programs":["/x"],"unit_files":"${'a'.repeat(64)}"},"asked":{"level":"standard","stages":["system"],"syscalls":"groups"},"exposure":{"before":9.2,"after":9.1},"stages":[{"stage":"system","outcome":"taken","note":null,"exposure":{"before":9.2,"after":9.1},"proof":{"state":"proven","reason":null,"oddity":null},"directives":[{"directive":"IPAddressDeny","state":"taken","left":null,"why":null,"value":"any","assignments":[{"section":"Service","key":"IPAddressDeny","value":"any"},{"section":"Service","key":"IPAddressAllow","value":"127.0.0.0/8"}],"gain":0.1,"evidence":[{"kind":"tried","text":"x","trial":{"value":"any","holds":false,"reason":"y","remedy":{"kind":"read-write-path","path":"/x"}}}],"proof":{"state":"proven","reason":null,"oddity":null},"loosened_by":[],"owners":[{"path":"/x","user":"a","group":null,"mode":null,"why":""}],"account":{"name":"a","id":1}}]}],"checks":[{"kind":"check","given":true,"text":"tcp:a:1","label":"","answer":"connected"}],"reached":{"played":[],"in_clones":[],"not_reached":[]},"kept_before":[],"notes":["n"]}`,
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
  'systemd 252 (252.39-1~deb12u1)\n+PAM\n cpu  1 2 3 4 5 6 7 8 0 0\n0::/system.slice/x.service\n--check tcp:a:1 --yes\n',
  '    Avail\n 100000\n 300\n 12\nnginx-common, nginx: /usr/sbin/nginx\ndiversion by dash from: /bin/sh\nnginx 1.22\n',
  '22 1 0:20 / / rw,relatime shared:1 - overlay overlay rw,lowerdir=/,upperdir=/layers/0/upper\n23 22 8:1 /a\\040b /var ro - ext4 /dev/x rw\n',
  'f\t1.5@\t0:0\t644\t8\t12\tlog/a b\u0000c\t1@\t0:0\t0\t0\t0\tgone\u0000',
  'could not connect to 127.0.0.1:5432: refused; open("/var/run/x.sock"): Permission denied (13)\n\u001b[31mred\u001b]0;x\u0007\n',
  '~@clock chown:EPERM 10.0.0.0/8 ::1/64 any /dev/null rw char-rtc r /a:/b:rbind 0027 cap_chown AF_INET\n',
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
  '\u001b[2J',
  '/',
  ',',
  ':',
  '/../',
  '--',
]

/** xorshift32: the same inputs in every run. */
export function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

export function input(random: (below: number) => number): Uint8Array {
  if (random(4) === 0) return Uint8Array.from({ length: random(300) }, () => random(256))
  let text = SEEDS[random(SEEDS.length)] as string
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
