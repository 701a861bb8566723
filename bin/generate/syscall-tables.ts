// Numbers of system calls, out of the headers that every program of the kernel's is built with.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Name → number. */
type Calls = ReadonlyMap<string, number>

interface SyscallHeaders {
  /** "7.2" */
  release: string
  x86_64: Calls
  x32: Calls
  i386: Calls
  aarch64: Calls
}

const MAX_WIDTH = 104

/** Lines like "#define __NR_read 0" or "#define __NR_ioctl (__X32_SYSCALL_BIT + 514)", the bit left off. */
export function parseCalls(header: string): Calls {
  const lines = header.matchAll(/^#define __NR_(\w+)\s+(?:\(__X32_SYSCALL_BIT \+ )?(\d+)\)?\s*$/gm)
  return new Map([...lines].map(([, name = '', number]) => [name, Number(number)]))
}

/** Words by number: a number sets the counter, a name takes the counter's number and moves it on. */
export function tableText(calls: Calls): string {
  let next = -1
  const words = [...calls]
    .sort(([a, one], [b, two]) => one - two || (a < b ? -1 : 1))
    .flatMap(([name, number]) => {
      const jump = number === next ? [] : [String(number)]
      next = number + 1
      return [...jump, name]
    })
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= MAX_WIDTH)
      lines[lines.length - 1] += ` ${word}`
    else lines.push(word)
  }
  return lines.join('\n')
}

function without(calls: Calls, others: Calls): Calls {
  return new Map([...calls].filter(([name, number]) => others.get(name) !== number))
}

/** The headers of an unpacked linux-libc-dev: Debian has had one package for all architectures since Linux 6.11. */
export function readSyscallHeaders(folder: string): SyscallHeaders {
  const read = (path: string) => readFileSync(join(folder, 'usr', path), 'utf8')
  const calls = (path: string) => parseCalls(read(`lib/linux/uapi/${path}`))
  const version = read('include/linux/version.h')
  const part = (name: string) => new RegExp(`^#define ${name}\\s+(\\d+)`, 'm').exec(version)?.[1]
  return {
    release: `${part('LINUX_VERSION_MAJOR')}.${part('LINUX_VERSION_PATCHLEVEL')}`,
    x86_64: calls('x86/asm/unistd_64.h'),
    x32: calls('x86/asm/unistd_x32.h'),
    i386: calls('x86/asm/unistd_32.h'),
    aarch64: calls('arm64/asm/unistd_64.h'),
  }
}

/** The text of the module. */
export function syscallModule({ release, x86_64, x32, i386, aarch64 }: SyscallHeaders): string {
  const table = (comment: string, name: string, calls: Calls) =>
    `/** ${comment} */\nexport const ${name} = \`\n${tableText(calls)}\n\`\n`
  return [
    `/**
 * Numbers of system calls up to Linux ${release}. Generated from the kernel's headers by
 * \`npm run generate -- syscalls FOLDER\`; not to be changed by hand.
 *
 * A table is words: a number sets the counter, a name takes the counter's number and moves it on.
 */
`,
    table('x86_64, AUDIT_ARCH c000003e.', 'X86_64', x86_64),
    table('x32: what differs from x86_64, number without __X32_SYSCALL_BIT.', 'X32', without(x32, x86_64)),
    table('i386, AUDIT_ARCH 40000003: 32-bit programs on x86_64.', 'I386', i386),
    table('aarch64, AUDIT_ARCH c00000b7.', 'AARCH64', aarch64),
  ].join('\n')
}
