import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { bashCompletion } from './completions/bash.ts'
import { fishCompletion } from './completions/fish.ts'
import { zshCompletion } from './completions/zsh.ts'
import { manPage } from './man-page.ts'
import { dayOf, type Release } from './release.ts'

/** Where a system looks for functions of zsh: Debian's packages have a folder of their own. */
export type ZshFolder = 'vendor-completions' | 'site-functions'

export interface Packing {
  /** Quicker and larger than a release, for tests. */
  loosely?: boolean
}

export interface Parts {
  /** Folder with main.js, run.js, probe-main.js and parts/. */
  bundled: string
  /** Path of the stripped Node. */
  node: string
  copyright: string
}

const scripts = join(import.meta.dirname, 'scripts')

/** A script of bin/package/scripts by its name. */
export function script(name: string): string {
  return readFileSync(join(scripts, name), 'utf8')
}

/** Writes a file and makes its folders; `mode` is that of the file. */
export function place(path: string, content: string | Uint8Array, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, content)
  chmodSync(path, mode)
}

/** Without a name and a time in it, so that it is the same each time. */
export function zipped(text: string): Uint8Array {
  return gzipSync(text, { level: 9 })
}

/** Makes `folder` what lies below /usr where hardenctl is installed: lib, sbin and share. */
export function layOut(folder: string, release: Release, parts: Parts, zsh: ZshFolder): void {
  const root = join(import.meta.dirname, '../..')
  const lib = join(folder, 'lib/hardenctl')
  const share = join(folder, 'share')
  for (const name of ['main.js', 'run.js', 'probe-main.js', 'parts'])
    cpSync(join(parts.bundled, name), join(lib, name), { recursive: true })
  cpSync(parts.node, join(lib, 'node'))
  cpSync(join(root, 'bin/compile.js'), join(lib, 'compile.js'))
  // Node would otherwise read each file twice to see that it is a module.
  place(join(lib, 'package.json'), '{ "type": "module" }\n')
  place(join(lib, 'removal'), script('removal'), 0o755)
  place(join(lib, 'leave'), script('leave'), 0o755)
  place(join(folder, 'sbin/hardenctl'), script('hardenctl'), 0o755)
  place(join(share, 'man/man8/hardenctl.8.gz'), zipped(manPage(release.version, dayOf(release))))
  place(join(share, 'bash-completion/completions/hardenctl'), bashCompletion())
  place(join(share, `zsh/${zsh}/_hardenctl`), zshCompletion())
  place(join(share, 'fish/vendor_completions.d/hardenctl.fish'), fishCompletion())
  place(join(share, 'doc/hardenctl/copyright'), parts.copyright)
  for (const schema of ['audit/audit.schema.json', 'events/events.schema.json', 'plan/plan.schema.json'])
    cpSync(join(root, 'src/session', schema), join(share, 'doc/hardenctl', basename(schema)))
  place(join(share, 'doc/hardenctl/changelog.gz'), zipped(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')))
}

/** Gives every file one time and a mode that does not depend on the umask. */
export function settle(folder: string, { epoch }: Release): void {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    const isProgram = entry.isDirectory() || (statSync(path).mode & 0o100) !== 0
    chmodSync(path, isProgram ? 0o755 : 0o644)
    utimesSync(path, epoch, epoch)
  }
  chmodSync(folder, 0o755)
  utimesSync(folder, epoch, epoch)
}
