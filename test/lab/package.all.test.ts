import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeDeb } from '../../bin/package/deb.ts'
import { describeArchive, describePackage, describeTrial } from './kit/package-life.ts'
import { buildPackage, packagesFolder } from './kit/packages.ts'

describePackage('trixie')
describeTrial('bookworm')
describeTrial('trixie')
describeArchive('trixie')

it('is the same bytes when it is built again, pleases lintian, and has for arm64 what it has for amd64', async () => {
  const one = packagesFolder()
  const other = packagesFolder()
  try {
    const first = await buildPackage(makeDeb, one.folder, '1.2.3', 'amd64')
    const second = await buildPackage(makeDeb, other.folder, '1.2.3', 'amd64')
    expect(readFileSync(first).equals(readFileSync(second))).toBe(true)
    expect(linted(first)).toBe('')
    const arm = await buildPackage(makeDeb, one.folder, '1.2.3', 'arm64')
    const names = (path: string) => output(['dpkg-deb', '-c', path]).replaceAll(/^\S+ \S+ +\d+ /gm, '')
    expect(names(arm)).toBe(names(first))
    expect(output(['dpkg-deb', '-f', arm, 'Architecture'])).toBe('arm64\n')
    const unpacked = join(one.folder, 'arm64')
    output(['dpkg-deb', '-x', arm, unpacked])
    const header = readFileSync(join(unpacked, 'usr/lib/hardenctl/node')).subarray(0, 20)
    // e_machine of elf(5): EM_AARCH64.
    expect(header.readUInt16LE(18)).toBe(183)
  } finally {
    one.remove()
    other.remove()
  }
})

/** What lintian(1) finds, but that a package for a test is not compressed; nothing where it is not installed. */
function linted(path: string): string {
  const packed = ['control', 'data'].map((part) => `uses-no-compression-for-${part}-tarball`)
  const argv = ['--no-cfg', '--allow-root', `--suppress-tags=${packed.join(',')}`, path]
  const { stdout, error } = spawnSync('lintian', argv, { encoding: 'utf8' })
  return error === undefined ? stdout : ''
}

function output([program = '', ...argv]: string[]): string {
  const { stdout, stderr, status } = spawnSync(program, argv, { encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return stdout
}
