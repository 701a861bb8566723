import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDeb } from '../../../bin/package/deb.ts'
import { makeParts } from '../../../bin/package/parts.ts'
import { ARCHITECTURES, type Architecture } from '../../../bin/package/release.ts'

const EPOCH = 1_700_000_000

interface Debs {
  /** Paths of the packages, by the versions that were asked for. */
  paths: string[]
  remove(): void
}

function ownArchitecture(): Architecture {
  const own = ARCHITECTURES.find(({ node }) => node === process.arch)
  if (own === undefined) throw new Error(`there is no package for ${process.arch}`)
  return own
}

/** Builds Debian packages of this checkout for this machine under other versions, packed loosely: a few seconds each. */
export async function buildDebs(...versions: string[]): Promise<Debs> {
  const folder = mkdtempSync(join(tmpdir(), 'hardenctl-debs-'))
  const paths: string[] = []
  for (const version of versions) {
    const release = { version, epoch: EPOCH }
    const work = join(folder, version)
    const parts = await makeParts(work, release, ownArchitecture())
    paths.push(await makeDeb(work, folder, release, ownArchitecture(), parts, { loosely: true }))
    rmSync(work, { recursive: true })
  }
  return { paths, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
