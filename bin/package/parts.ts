import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, root } from '../bundle.js'
import { copyrightFile, packagesOf } from './copyright.ts'
import { placeNode } from './node.ts'
import type { Architecture, Release } from './release.ts'
import type { Parts } from './tree.ts'

/** Makes in `folder` what all packages for one kind of processor are made of. */
export async function makeParts(
  folder: string,
  release: Release,
  architecture: Architecture,
): Promise<Parts> {
  const bundled = join(folder, 'bundle')
  const node = join(folder, 'node')
  mkdirSync(folder, { recursive: true })
  const [inputs, licence] = await Promise.all([
    bundle(bundled, release.version),
    placeNode(node, architecture),
  ])
  const own = readFileSync(join(root, 'LICENSE'), 'utf8')
  return { bundled, node, copyright: copyrightFile(own, packagesOf(root, inputs), licence) }
}
