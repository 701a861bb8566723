// npm run package: the packages for amd64 and arm64, and that of npm, into dist/packages/. Built twice from one commit,
// the bytes are the same.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { root, version } from '../bundle.js'
import { outerEnvironment } from '../pinned-node.js'
import { makeDeb } from './deb.ts'
import { makeParts } from './parts.ts'
import { ARCHITECTURES, sourceEpoch } from './release.ts'
import { run } from './run.ts'
import { makeTarball } from './tarball.ts'

const cache = join(root, 'node_modules/.cache/hardenctl')
const output = join(root, 'dist/packages')

async function makeAll(): Promise<string[]> {
  const release = { version, epoch: await sourceEpoch(root) }
  rmSync(output, { recursive: true, force: true })
  mkdirSync(output, { recursive: true })
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'package-'))
  try {
    const made = ARCHITECTURES.map(async (architecture) => {
      const folder = join(work, architecture.debian)
      const parts = await makeParts(folder, release, architecture)
      return [
        await makeDeb(folder, output, release, architecture, parts),
        await makeTarball(folder, output, release, architecture, parts),
      ]
    })
    return (await Promise.all(made)).flat()
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** npm runs the script prepack of package.json first. */
async function makeNpmPackage(): Promise<string> {
  const argv = ['npm', 'pack', '--loglevel=error', `--pack-destination=${output}`]
  await run(argv, { cwd: root, env: outerEnvironment() })
  return join(output, `hardenctl-${version}.tgz`)
}

function sum(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

const all = [...(await makeAll()), await makeNpmPackage()].sort()
writeFileSync(join(output, 'SHA256SUMS'), all.map((path) => `${sum(path)}  ${basename(path)}\n`).join(''))
for (const path of all) console.log(`${(statSync(path).size / 1e6).toFixed(1).padStart(6)} MB  ${path}`)
