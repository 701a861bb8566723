import { describe, expect, test } from 'vitest'
import type { ProcessFacts } from '../../../../src/observe/facts.ts'
import { parseElf } from '../../../../src/observe/files/elf.ts'
import { readExecutables } from '../../../../src/observe/files/executables.ts'
import {
  fileCapabilities,
  parseCapable,
  parseGetcap,
} from '../../../../src/observe/files/file-capabilities.ts'
import { parseInterpreterLine } from '../../../../src/observe/files/interpreter-line.ts'
import { parseLoaderList } from '../../../../src/observe/files/loader-list.ts'
import { memoryHost } from '../memory-host.ts'

/** An ELF file of one program header, as elf(5) lays it out. */
function elf(bits: 32 | 64, interpreter: string | undefined, little = true): Uint8Array {
  const bytes = new Uint8Array(256)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, bits === 64 ? 2 : 1, little ? 1 : 2])
  const name = new TextEncoder().encode(`${interpreter ?? ''}\0`)
  bytes.set(name, 200)
  const word = (at: number, value: number) =>
    bits === 64 ? view.setBigUint64(at, BigInt(value), little) : view.setUint32(at, value, little)
  word(bits === 64 ? 32 : 28, 64)
  view.setUint16(bits === 64 ? 54 : 42, bits === 64 ? 56 : 32, little)
  view.setUint16(bits === 64 ? 56 : 44, 1, little)
  view.setUint32(64, interpreter === undefined ? 1 : 3, little)
  word(64 + (bits === 64 ? 8 : 4), 200)
  word(64 + (bits === 64 ? 32 : 16), name.length)
  return bytes
}

const LOADER = '/lib64/ld-linux-x86-64.so.2'

describe('ELF headers', () => {
  test.each([
    ['64 bits', elf(64, LOADER), { bits: 64, interpreter: LOADER }],
    ['32 bits', elf(32, '/lib/ld-linux.so.2'), { bits: 32, interpreter: '/lib/ld-linux.so.2' }],
    ['big-endian', elf(64, '/lib/ld64.so.1', false), { bits: 64, interpreter: '/lib/ld64.so.1' }],
    ['static', elf(64, undefined), { bits: 64 }],
    ['cut off', elf(64, LOADER).subarray(0, 210), { bits: 64 }],
    ['a script', new TextEncoder().encode('#!/bin/sh\n'.repeat(20)), undefined],
    ['nothing', new Uint8Array(), undefined],
  ])('%s', (_, bytes, header) => {
    expect(parseElf(bytes)).toEqual(header)
  })
})

test.each([
  ['#!/bin/sh\nset -e\n', { interpreter: '/bin/sh' }],
  ['#! /usr/bin/perl -w\n', { interpreter: '/usr/bin/perl' }],
  ['#!/usr/bin/env python3\n', { interpreter: '/usr/bin/env', started: 'python3' }],
  ['#!/usr/bin/env -S LANG=C bash -e\n', { interpreter: '/usr/bin/env', started: 'bash' }],
  ['#!relative\n', undefined],
  ['echo\n', undefined],
  ['', undefined],
])('first line %j', (text, line) => {
  expect(parseInterpreterLine(new TextEncoder().encode(text))).toEqual(line)
})

test('what a loader lists', () => {
  const text = `\tlinux-vdso.so.1 (0x00007f48c7579000)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f48c7488000)
\tlibgone.so.1 => not found
\t/lib64/ld-linux-x86-64.so.2 (0x00007f48c757b000)
`
  expect(parseLoaderList(text)).toEqual(['/lib/x86_64-linux-gnu/libm.so.6', LOADER])
})

test.each([
  ['/bin/ping cap_net_raw=ep\n', 'cap_net_raw=ep'],
  ['/bin/ping = cap_net_raw+ep\n', 'cap_net_raw=ep'],
  ['/bin/ping = cap_net_admin,cap_net_raw+p\n', 'cap_net_admin,cap_net_raw=p'],
  ['', undefined],
])('getcap %j', (text, capabilities) => {
  expect(parseGetcap(text, ['/bin', '/bin/ping']).get('/bin/ping')).toBe(capabilities)
})

test.each([
  ['/usr/bin/ping cap_net_raw=ep\n', [{ path: '/usr/bin/ping', capabilities: ['cap_net_raw'] }]],
  ['/bin/ping = cap_net_raw+ep\n', [{ path: '/bin/ping', capabilities: ['cap_net_raw'] }]],
  [
    '/opt/a b cap_net_admin,cap_net_raw=p\n',
    [{ path: '/opt/a b', capabilities: ['cap_net_admin', 'cap_net_raw'] }],
  ],
  ['getcap: no\n', []],
])('getcap -r %j', (text, found) => {
  expect(parseCapable(text)).toEqual(found)
})

test('without getcap there is a gap', async () => {
  const gaps = new Set<string>()
  await fileCapabilities(memoryHost({ files: {} }), ['/bin/ping'], gaps)
  expect([...gaps].join()).toContain('getcap')
})

test('a script leads to its interpreter, links are followed, running programs use what is mapped', async () => {
  const host = memoryHost({
    files: {
      '/usr/sbin/ctl': '#!/usr/bin/env sh\n',
      '/usr/bin/env': elf(64, LOADER),
      '/usr/bin/sh': { link: '/usr/bin/dash' },
      '/usr/bin/dash': elf(64, LOADER),
      [LOADER]: elf(64, undefined),
      '/lib/libc.so.6': '',
      '/usr/sbin/daemon': { stat: { mode: 0o4755 } },
      '/proc/9/exe': elf(64, LOADER),
    },
    programs: {
      [`${LOADER} --list /usr/bin/dash`]: '\tlibc.so.6 => /lib/libc.so.6 (0x1)\n',
      'getcap /usr/sbin/daemon /usr/sbin/ctl /usr/bin/env /usr/bin/dash': '/usr/sbin/daemon cap_net_raw=ep\n',
    },
  })
  const gaps = new Set<string>()
  const running = { pid: 9, executable: '/usr/sbin/daemon', libraries: ['/lib/mod.so'] } as ProcessFacts
  const exec = { ExecStart: [{ path: '/usr/sbin/ctl', argv: [], flags: [] }] }
  const found = await readExecutables(host, [running], exec, gaps)
  expect(found.map(({ path, from, kind, libraries }) => [path, from, kind, libraries])).toEqual([
    ['/usr/bin/dash', ['interpreter'], 'elf', ['/lib/libc.so.6']],
    ['/usr/bin/env', ['interpreter'], 'elf', []],
    ['/usr/sbin/ctl', ['exec'], 'script', []],
    ['/usr/sbin/daemon', ['running'], 'elf', ['/lib/mod.so']],
  ])
  expect(found[0]?.alsoNamed).toEqual(['/usr/bin/sh'])
  expect(found[3]).toMatchObject({
    setuid: true,
    setgid: false,
    bits: 64,
    fileCapabilities: 'cap_net_raw=ep',
  })
  expect([...gaps]).toEqual(['The libraries of /usr/bin/env are unknown: its loader could not list them'])
})

test('the loader is never started on a file that others may write', async () => {
  const host = memoryHost({
    files: { '/srv/tool': elf(64, LOADER), [LOADER]: elf(64, undefined) },
    programs: { 'getcap /srv/tool': '' },
  })
  const loose = {
    ...host,
    stat: async (path: string) => ({ ...(await host.stat(path)), mode: 0o775 }) as never,
  }
  const gaps = new Set<string>()
  await readExecutables(loose, [], { ExecStart: [{ path: '/srv/tool', argv: [], flags: [] }] }, gaps)
  expect([...gaps].join()).toContain('users other than root may write')
})
