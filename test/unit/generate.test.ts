import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCalls, syscallModule, tableText } from '../../bin/generate/syscall-tables.ts'
import { syscallNumber } from '../../src/systemd/syscalls/syscall-numbers.ts'

const HEADERS = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h'

describe('the tables of system calls', () => {
  it('are read from headers, x32 among them', () => {
    const header = [
      '#ifndef _ASM_UNISTD_H',
      '#define __X32_SYSCALL_BIT 0x40000000',
      '#define __NR_read 0',
      '#define __NR_ioctl (__X32_SYSCALL_BIT + 514)',
      '#define __NR_syscalls 451x',
      '#endif',
    ].join('\n')
    expect([...parseCalls(header)]).toEqual([
      ['read', 0],
      ['ioctl', 514],
    ])
  })

  it('name a number only where the count jumps, and break lines', () => {
    const calls = new Map([
      ['write', 1],
      ['read', 0],
      ['open', 5],
    ])
    expect(tableText(calls)).toBe('0 read write 5 open')
    const many = new Map(Array.from({ length: 60 }, (_, at) => [`call_${at}`, at]))
    for (const line of tableText(many).split('\n')) expect(line.length).toBeLessThanOrEqual(104)
  })

  it('are the module that the program reads, x32 without what it shares', () => {
    const common = new Map([['read', 0]])
    const text = syscallModule({
      release: '9.9',
      x86_64: common,
      x32: new Map([...common, ['ioctl', 514]]),
      i386: new Map([['restart_syscall', 0]]),
      aarch64: new Map([['io_setup', 0]]),
    })
    expect(text).toContain('up to Linux 9.9.')
    expect(text).toContain('export const X32 = `\n514 ioctl\n`')
    expect(text).toContain('export const X86_64 = `\n0 read\n`')
  })

  it.skipIf(!existsSync(HEADERS))("hold every call of this machine's own headers", () => {
    const calls = [...parseCalls(readFileSync(HEADERS, 'utf8'))]
    expect(calls.length).toBeGreaterThan(300)
    expect(calls.filter(([name, number]) => syscallNumber('x86_64', name) !== number)).toEqual([])
  })

  it('are committed as the generator writes them', () => {
    const path = join(import.meta.dirname, '../../src/systemd/syscalls/syscall-numbers-data.ts')
    const text = readFileSync(path, 'utf8')
    const table = (name: string) => {
      let next = 0
      const words =
        new RegExp(`export const ${name} = \`([^\`]*)\``).exec(text)?.[1]?.trim().split(/\s+/) ?? []
      return new Map(
        words.flatMap((word) => {
          if (!/^\d/.test(word)) return [[word, next++] as const]
          next = Number(word)
          return []
        }),
      )
    }
    const release = /up to Linux (\S+)\. /.exec(text)?.[1] ?? ''
    const [x86_64, x32, i386, aarch64] = [table('X86_64'), table('X32'), table('I386'), table('AARCH64')]
    expect(syscallModule({ release, x86_64, x32, i386, aarch64 })).toBe(text)
  })
})
