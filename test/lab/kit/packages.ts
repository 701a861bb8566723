import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { makeDeb } from '../../../bin/package/deb.ts'
import { makeParts } from '../../../bin/package/parts.ts'
import { ARCHITECTURES, type Architecture } from '../../../bin/package/release.ts'
import type { makeTarball } from '../../../bin/package/tarball.ts'

const EPOCH = 1_700_000_000

/** A folder for packages; the caller removes it. */
export function packagesFolder(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'hardenctl-packages-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The kind of processor that a package is for, by Debian's name; default that of this machine. */
function architectureOf(name?: Architecture['debian']): Architecture {
  const found = ARCHITECTURES.find(({ debian, node }) =>
    name === undefined ? node === process.arch : debian === name,
  )
  if (found === undefined) throw new Error(`there is no package for ${name ?? process.arch}`)
  return found
}

/** Builds one package of this checkout in `folder`, packed loosely, which takes a few seconds; its path. */
export async function buildPackage(
  make: typeof makeDeb | typeof makeTarball,
  folder: string,
  version: string,
  architecture?: Architecture['debian'],
): Promise<string> {
  const release = { version, epoch: EPOCH }
  const wanted = architectureOf(architecture)
  const work = mkdtempSync(join(folder, 'work-'))
  try {
    const parts = await makeParts(work, release, wanted)
    return await make(work, folder, release, wanted, parts, { loosely: true })
  } finally {
    rmSync(work, { recursive: true })
  }
}
