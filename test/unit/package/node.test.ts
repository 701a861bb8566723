import { describe, expect, it } from 'vitest'
import { DEPENDS, requireKnown } from '../../../bin/package/node.ts'

const LOADER = 'ld-linux-x86-64.so.2'

function readelf(libraries: readonly string[], versions: readonly string[]): string {
  return [
    ...libraries.map((name) => ` 0x0000000000000001 (NEEDED)             Shared library: [${name}]`),
    ...versions.map((name) => `  0x0010:   Name: ${name}  Flags: none  Version: 5`),
  ].join('\n')
}

describe("what the package's Node needs of a host", () => {
  it('may be what its dependencies bring', () => {
    const said = readelf(
      ['libc.so.6', 'libstdc++.so.6', LOADER],
      ['GLIBC_2.28', 'GLIBC_2.3.4', 'GLIBCXX_3.4.21'],
    )
    expect(() => requireKnown(said, LOADER)).not.toThrow()
    expect(DEPENDS).toContain('libc6 (>= 2.28)')
  })

  it.each([
    [['libatomic.so.1'], [], /libatomic\.so\.1/],
    [['ld-linux-aarch64.so.1'], [], /aarch64/],
    [[], ['GLIBC_2.29'], /GLIBC_2\.29/],
    [[], ['GLIBC_2.28.1'], /GLIBC_2\.28\.1/],
    [[], ['GLIBC_3'], /GLIBC_3/],
    [[], ['GLIBCXX_3.4.22'], /GLIBCXX_3\.4\.22/],
  ])('may not be %j %j', (libraries, versions, reason) => {
    expect(() => requireKnown(readelf(libraries, versions), LOADER)).toThrow(reason)
  })
})
