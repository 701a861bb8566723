import { describe, expect, test } from 'vitest'
import { parseMaps } from '../../../../src/observe/proc/maps.ts'

/** `head` on Debian 12, kernel 6.18. */
const PLAIN = `55b89a23c000-55b89a23e000 r--p 00000000 fe:00 247278                     /usr/bin/head
55b89a23e000-55b89a244000 r-xp 00002000 fe:00 247278                     /usr/bin/head
55b8cc992000-55b8cc9b3000 rw-p 00000000 00:00 0                          [heap]
7fab61ff5000-7fab61ff8000 rw-p 00000000 00:00 0 
7fab6201e000-7fab62174000 r-xp 00026000 fe:00 326269                     /usr/lib/x86_64-linux-gnu/libc.so.6
7fab621db000-7fab621e2000 r--s 00000000 fe:00 325737                     /usr/lib/x86_64-linux-gnu/gconv/gconv-modules.cache
7fab621eb000-7fab621ed000 r-xp 00000000 00:00 0                          [vdso]
ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]
`

describe('/proc/PID/maps', () => {
  test('a plain program: files mapped executable, no memory that W^X forbids', () => {
    expect(parseMaps(PLAIN)).toEqual({
      files: ['/usr/bin/head', '/usr/lib/x86_64-linux-gnu/libc.so.6'],
      executableMemory: [],
    })
  })

  test.each([
    ['anonymous rwx', '7f0000000000-7f0000001000 rwxp 00000000 00:00 0 '],
    ['anonymous r-x (W^X JIT)', '7f0000000000-7f0000001000 r-xp 00000000 00:00 0 '],
    ['named anonymous', '7f0000000000-7f0000001000 r-xp 00000000 00:00 0                          [anon:v8]'],
    ['executable stack', '7ffc00000000-7ffc00021000 rwxp 00000000 00:00 0                          [stack]'],
    [
      'shared anonymous',
      '7f0000000000-7f0000001000 r-xs 00000000 00:01 4                          /dev/zero (deleted)',
    ],
    [
      'memfd',
      '7f0000000000-7f0000001000 r-xs 00000000 00:01 2050                       /memfd:doublemapper (deleted)',
    ],
    [
      'System V',
      '7f0000000000-7f0000001000 rwxs 00000000 00:01 3                          /SYSV00000000 (deleted)',
    ],
  ])('%s', (_, line) => {
    expect(parseMaps(`${line}\n`)).toEqual({ files: [], executableMemory: [line] })
  })

  test('a file mapped writable and executable is both', () => {
    const line = '7f0000000000-7f0000001000 rwxp 00000000 fe:00 12                         /usr/lib/libold.so'
    expect(parseMaps(line)).toEqual({ files: ['/usr/lib/libold.so'], executableMemory: [line] })
  })

  test.each([
    ['/usr/lib/libssl.so.3 (deleted)', '/usr/lib/libssl.so.3'],
    ['/srv/a b/lib.so', '/srv/a b/lib.so'],
    ['/srv/two\\012lines.so', '/srv/two\nlines.so'],
    ['/srv/back\\134slash.so', '/srv/back\\134slash.so'],
  ])('the name %j', (shown, path) => {
    expect(parseMaps(`7f0-7f1 r-xp 00000000 fe:00 12         ${shown}`).files).toEqual([path])
  })
})
