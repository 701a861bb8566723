import { AARCH64, I386, X32, X86_64 } from './syscall-numbers-data.ts'

/** AUDIT_ARCH_… as an audit record prints it, hexadecimal (linux/audit.h). */
const TABLE_BY_AUDIT_ARCH: Readonly<Record<string, string>> = {
  c000003e: X86_64,
  c00000b7: AARCH64,
  '40000003': I386,
}

const TABLE_BY_MACHINE: Readonly<Record<string, string>> = {
  x86_64: X86_64,
  aarch64: AARCH64,
  i386: I386,
  i686: I386,
}

/** Set in the number of a call of the x32 ABI, whose records carry x86_64's arch (asm/unistd.h). */
const X32_BIT = 0x40000000

const names = new Map<string, Map<number, string>>()
const numbers = new Map<string, Map<string, number>>()

/**
 * Name of a system call as an audit record tells it: arch=c000003e syscall=260 → fchownat. Undefined when the
 * architecture or the number is not known here (Linux 7.2).
 */
export function syscallName(archHex: string, number: number): string | undefined {
  const arch = archHex.toLowerCase().replace(/^0x/, '')
  const table = Object.hasOwn(TABLE_BY_AUDIT_ARCH, arch) ? TABLE_BY_AUDIT_ARCH[arch] : undefined
  if (table === undefined) return undefined
  if (table === X86_64 && number >= X32_BIT) {
    const plain = number - X32_BIT
    return byNumber(X32).get(plain) ?? byNumber(X86_64).get(plain)
  }
  return byNumber(table).get(number)
}

/**
 * Number of a system call on a machine, named as `uname -m` does. Undefined when that machine does not have
 * the call. A machine without a table here is taken for x86_64.
 */
export function syscallNumber(machine: string, name: string): number | undefined {
  const table = TABLE_BY_MACHINE[machine] ?? X86_64
  let map = numbers.get(table)
  if (map === undefined) {
    map = new Map([...byNumber(table)].map(([number, call]) => [call, number]))
    numbers.set(table, map)
  }
  return map.get(name)
}

/**
 * Name of a system call by its number on a machine, named as `uname -m` does; undefined where either is not known here.
 */
export function syscallOfMachine(machine: string, number: number): string | undefined {
  const table = Object.hasOwn(TABLE_BY_MACHINE, machine) ? TABLE_BY_MACHINE[machine] : undefined
  return table === undefined ? undefined : byNumber(table).get(number)
}

function byNumber(table: string): Map<number, string> {
  const known = names.get(table)
  if (known) return known
  const map = new Map<number, string>()
  let next = 0
  for (const word of table.trim().split(/\s+/)) {
    if (/^\d/.test(word)) next = Number(word)
    else map.set(next++, word)
  }
  names.set(table, map)
  return map
}
