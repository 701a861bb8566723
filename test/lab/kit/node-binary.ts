import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, withLock } from './cache.ts'
import { command } from './command.ts'

/**
 * A Node binary that runs in any root. The one that runs this, when it is self-contained; Debian's own is
 * linked against libnode.so, so then the release that the package registry carries.
 */
export async function nodeBinary(): Promise<string> {
  const linked = await command(['ldd', process.execPath])
  if (!linked.stdout.includes('libnode')) return process.execPath
  const folder = join(cacheFolder(), 'node-20')
  const binary = join(folder, 'node_modules/node/bin/node')
  if (existsSync(binary)) return binary
  return withLock('node-20', async () => {
    const installed = await command(['npm', 'install', '--no-save', '--prefix', folder, 'node@20'], {
      timeoutMs: 300_000,
    })
    if (!existsSync(binary)) throw new Error(`npm could not install node@20:\n${installed.stderr}`)
    return binary
  })
}
