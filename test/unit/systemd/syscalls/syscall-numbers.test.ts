import { describe, expect, it } from 'vitest'
import { syscallName, syscallNumber } from '../../../../src/systemd/syscalls/syscall-numbers.ts'

describe('syscallName', () => {
  it.each([
    ['c000003e', 0, 'read'],
    ['c000003e', 59, 'execve'],
    ['C000003E', 260, 'fchownat'],
    ['0xc000003e', 335, 'uretprobe'],
    ['c000003e', 450, 'set_mempolicy_home_node'],
    ['c000003e', 469, 'file_setattr'],
    ['c000003e', 0x40000000 + 520, 'execve'],
    ['c000003e', 0x40000000, 'read'],
    ['c00000b7', 221, 'execve'],
    ['c00000b7', 79, 'newfstatat'],
    ['c00000b7', 62, 'lseek'],
    ['c00000b7', 462, 'mseal'],
    ['40000003', 11, 'execve'],
    ['40000003', 114, 'wait4'],
    ['40000003', 452, 'fchmodat2'],
  ])('%s %i is %s', (arch, number, name) => expect(syscallName(arch, number)).toBe(name))

  it.each([
    ['c000003e', 400],
    ['c000003e', 9999],
    ['c000003e', -1],
    ['00000000', 1],
    ['', 1],
  ])('%s %i has no name', (arch, number) => expect(syscallName(arch, number)).toBeUndefined())
})

describe('syscallNumber', () => {
  it.each([
    ['x86_64', 'swapon', 167],
    ['aarch64', 'swapon', 224],
    ['aarch64', 'open', undefined],
    ['x86_64', 'socketcall', undefined],
    ['i686', 'socketcall', 102],
  ])('%s %s is %s', (machine, name, number) => expect(syscallNumber(machine, name)).toBe(number))
})
