import { createHash } from 'node:crypto'
import { orElse } from '../host/errors.ts'
import type { Host } from '../host/host.ts'
import { first, listOf, showUnit } from '../systemd/manager/show.ts'
import { isOwnDropIn } from '../systemd/settings/drop-in.ts'
import { packageVersions } from './files/packages.ts'

/** What a proof was made with; where one of it is another, the proof is older than what it is about. */
export interface Basis {
  /** First line of `systemctl --version`. */
  systemd: string
  /** uname -r */
  kernel: string
  /** As getconf(1) prints it, "glibc 2.36"; '' where it tells nothing. */
  libc: string
  /** Version by package of the unit file and of the programs below. */
  packages: Record<string, string>
  /** Paths of the unit file and of the programs that ran. */
  programs: string[]
  /** SHA-256 over the unit's files, hardenctl's own left out. */
  unitFiles: string
}

/** `programs` are real paths of files whose packages count. Reads alone. */
export async function readBasis(host: Host, unit: string, programs: readonly string[]): Promise<Basis> {
  const line = async (argv: readonly string[]) => {
    const result = await host.run(argv).catch(orElse(undefined))
    return result?.exitCode === 0 ? (result.stdout.split('\n')[0] ?? '').trim() : ''
  }
  const properties = await showUnit(host, unit, ['FragmentPath', 'DropInPaths'])
  const fragment = first(properties, 'FragmentPath')
  const files = [fragment, ...listOf(properties, 'DropInPaths')].filter(
    (path) => path !== '' && !isOwnDropIn(path),
  )
  const named = [...new Set([fragment, ...programs])].filter((path) => path.startsWith('/')).sort()
  const [systemd, kernel, libc, packages, unitFiles] = await Promise.all([
    line(['systemctl', '--version']),
    line(['uname', '-r']),
    line(['getconf', 'GNU_LIBC_VERSION']),
    packageVersions(host, named),
    hashOf(host, files),
  ])
  return { systemd, kernel, libc, packages, programs: named, unitFiles }
}

async function hashOf(host: Host, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const path of paths) {
    const text = (await host.read(path).catch(orElse(undefined))) ?? ''
    hash.update(`${path}\0${text.length}\0${text}`)
  }
  return hash.digest('hex')
}

/** What is another now than when the proof was made, each as a clause: "kernel 6.1 then, 6.12 now". Pure. */
export function changedSince(then: Basis, now: Basis): string[] {
  const versions = (['systemd', 'kernel', 'libc'] as const).flatMap((key) =>
    then[key] === now[key] ? [] : [changed(key === 'systemd' ? '' : key, then[key], now[key])],
  )
  const names = [...new Set([...Object.keys(then.packages), ...Object.keys(now.packages)])].sort()
  const packages = names.flatMap((name) =>
    then.packages[name] === now.packages[name]
      ? []
      : [changed(name, then.packages[name], now.packages[name])],
  )
  const files = then.unitFiles === now.unitFiles ? [] : ["the unit's own files were changed"]
  return [...versions, ...packages, ...files]
}

function changed(what: string, then = '', now = ''): string {
  const words = (version: string) => (version === '' ? 'not there' : version)
  return `${what} ${words(then)} then, ${words(now)} now`.trim()
}
