import { describe, expect, it } from 'vitest'
import { type Basis, changedSince, readBasis } from '../../../src/observe/basis.ts'
import { type Entry, memoryHost } from './memory-host.ts'

const BASIS: Basis = {
  systemd: 'systemd 252 (252.39-1)',
  kernel: '6.1.0-20',
  libc: 'glibc 2.36',
  packages: { web: '1.0' },
  programs: ['/usr/sbin/web'],
  unitFiles: 'a',
}

describe('what a proof was made with', () => {
  it.each<[string, Partial<Basis>, string[]]>([
    ['nothing', {}, []],
    ['systemd', { systemd: 'systemd 257 (257.1)' }, ['systemd 252 (252.39-1) then, systemd 257 (257.1) now']],
    ['the kernel', { kernel: '6.12' }, ['kernel 6.1.0-20 then, 6.12 now']],
    ['libc', { libc: '' }, ['libc glibc 2.36 then, not there now']],
    ['a package', { packages: { web: '1.1' } }, ['web 1.0 then, 1.1 now']],
    ['a package that came', { packages: { web: '1.0', lib: '3' } }, ['lib not there then, 3 now']],
    ['the unit', { unitFiles: 'b' }, ["the unit's own files were changed"]],
  ])('differs in %s', (_, change, expected) => {
    expect(changedSince(BASIS, { ...BASIS, ...change })).toEqual(expected)
  })

  const UNIT = '/usr/lib/systemd/system/web.service'
  const OWN = '/etc/systemd/system/web.service.d/zz-hardenctl-kept.conf'
  const MORE = '/etc/systemd/system/web.service.d/more.conf'
  const machine = (files: Record<string, Entry>) =>
    memoryHost({
      files,
      programs: {
        'systemctl show --no-pager --property=FragmentPath,DropInPaths -- web.service': `FragmentPath=${UNIT}\nDropInPaths=${MORE} ${OWN}\n`,
        'systemctl --version': 'systemd 252 (252.39-1)\n+PAM\n',
        'uname -r': '6.1.0-20\n',
        'getconf GNU_LIBC_VERSION': 'glibc 2.36\n',
        [`dpkg-query --search -- ${UNIT} /usr/sbin/web`]: `web: ${UNIT}\n`,
        'dpkg-query --show -- web': 'web\t1.0\n',
      },
    })

  it('is read once as versions, and a hash of the files that are not of hardenctl', async () => {
    const read = (files: Record<string, Entry>) => readBasis(machine(files), 'web.service', ['/usr/sbin/web'])
    const first = await read({ [UNIT]: 'a', [MORE]: 'b', [OWN]: 'c' })
    expect(first).toMatchObject({
      ...BASIS,
      programs: [UNIT, '/usr/sbin/web'],
      unitFiles: expect.any(String),
    })
    expect((await read({ [UNIT]: 'a', [MORE]: 'b', [OWN]: 'other' })).unitFiles).toBe(first.unitFiles)
    expect((await read({ [UNIT]: 'a', [MORE]: 'other', [OWN]: 'c' })).unitFiles).not.toBe(first.unitFiles)
  })
})
