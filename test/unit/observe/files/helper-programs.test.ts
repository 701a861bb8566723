import { expect, test } from 'vitest'
import { areOfOneFamily, programsInText, readHelpers } from '../../../../src/observe/files/helper-programs.ts'
import { memoryHost } from '../memory-host.ts'

test('programs of packages in a text, as a program has it', () => {
  const text =
    '\0/usr/libexec/post/local -f %s\0/usr/sbin/x-lfc\0/opt/usr/bin/no\0/usr/lib/%s/no\0/usr/lib/a.so\0'
  expect(programsInText(text)).toEqual(['/usr/libexec/post/local', '/usr/sbin/x-lfc'])
})

test.each([
  ['/usr/sbin/kea-lfc', '/usr/sbin/kea-dhcp4', true],
  ['/usr/libexec/post/local', '/usr/libexec/post/master', true],
  ['/usr/bin/nice', '/usr/bin/named', false],
  ['/usr/sbin/a-x', '/usr/sbin/a-y', false],
])('%s and %s are of one package: %s', (one, other, same) => {
  expect(areOfOneFamily(one, other)).toBe(same)
})

test('a setgid program counts where an own program names it, and none that is not there', async () => {
  const host = memoryHost({
    files: {
      '/usr/libexec/local': { stat: { kind: 'file', mode: 0o2755 } },
      '/usr/libexec/plain': { stat: { kind: 'file', mode: 0o755 } },
    },
  })
  const names = ['/usr/libexec/local', '/usr/libexec/plain', '/usr/libexec/gone']
  const found = (isOwn: boolean) =>
    readHelpers(host, [{ by: '/usr/sbin/srv', names, isOwn }], ['/usr/sbin/srv'])
  expect(await found(true)).toEqual([
    { path: '/usr/libexec/local', by: '/usr/sbin/srv', privileged: true, groups: [] },
  ])
  expect(await found(false)).toEqual([])
})
