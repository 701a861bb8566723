import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Architecture, Release } from './release.ts'
import { run } from './run.ts'
import { layOut, type Packing, type Parts, place, script, settle } from './tree.ts'

/** Makes the archive for other distributions in `work`, a folder of its own, and returns its path in `output`. */
export async function makeTarball(
  work: string,
  output: string,
  release: Release,
  { debian }: Architecture,
  parts: Parts,
  { loosely = false }: Packing = {},
): Promise<string> {
  const name = `hardenctl-${release.version}-${debian}`
  const folder = join(work, name)
  rmSync(folder, { recursive: true, force: true })
  layOut(folder, release, parts, 'site-functions')
  place(join(folder, 'lib/hardenctl/version'), `${release.version}\n`)
  const share = join(folder, 'share')
  const shared = readdirSync(share, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(share, join(entry.parentPath, entry.name)))
  place(join(folder, 'lib/hardenctl/shared-files'), `${shared.sort().join('\n')}\n`)
  for (const program of ['install', 'uninstall']) place(join(folder, program), script(program), 0o755)
  cpSync(join(import.meta.dirname, '../../README.md'), join(folder, 'README.md'))
  settle(folder, release)
  mkdirSync(output, { recursive: true })
  const path = join(output, `${name}.tar.xz`)
  const order = ['--sort=name', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner']
  await run([
    'tar',
    ...order,
    `--use-compress-program=xz ${loosely ? '-0' : '-6'} --threads=1`,
    '-cf',
    path,
    '-C',
    work,
    name,
  ])
  rmSync(folder, { recursive: true })
  return path
}
