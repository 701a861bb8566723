import { chmodSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pinnedNode } from '../pinned-node.js'
import type { Architecture } from './release.ts'
import { run } from './run.ts'

/** What the pinned Node may need of a host: Depends of the Debian package says the same. */
const LIBRARIES = [
  'libc.so.6',
  'libdl.so.2',
  'libgcc_s.so.1',
  'libm.so.6',
  'libpthread.so.0',
  'libstdc++.so.6',
]
/** Versions of their symbols, of libc6 2.28 and of libstdc++6 5.2, the one of GCC 5.1. */
const NEWEST: Record<string, readonly number[]> = { GLIBC: [2, 28], GLIBCXX: [3, 4, 21], GCC: [7, 0] }
export const DEPENDS = 'libc6 (>= 2.28), libgcc-s1, libstdc++6 (>= 5.2)'

/** Puts the pinned Node without its symbols at `path`; returns the text of its licence. Throws when it needs more than before. */
export async function placeNode(path: string, { node, triple, loader }: Architecture): Promise<string> {
  const pinned = pinnedNode(node)
  await run([`${triple}-strip`, '--strip-all', '--remove-section=.comment', '-o', path, pinned])
  chmodSync(path, 0o755)
  requireKnown(await run([`${triple}-readelf`, '--wide', '--dynamic', '--version-info', path]), loader)
  return readFileSync(join(dirname(pinned), '../LICENSE'), 'utf8')
}

/** Checks what readelf(1) says of libraries and versions of symbols. */
export function requireKnown(said: string, loader: string): void {
  const known = new Set([...LIBRARIES, loader])
  for (const [, library = ''] of said.matchAll(/\(NEEDED\).*\[(.+)\]/g)) {
    if (!known.has(library)) throw new Error(`the pinned Node needs ${library}; see bin/package/node.ts`)
  }
  for (const [name, kind = '', version = ''] of said.matchAll(/Name: ([A-Z]+)_([\d.]+)/g)) {
    const newest = NEWEST[kind]
    if (newest !== undefined && isNewer(version.split('.').map(Number), newest))
      throw new Error(`the pinned Node needs ${name.slice(6)}; see bin/package/node.ts`)
  }
}

function isNewer(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((part, index) => part !== (other[index] ?? 0))
  return at !== -1 && (one[at] ?? 0) > (other[at] ?? 0)
}
