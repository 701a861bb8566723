import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'

/**
 * Parses what a dynamic loader prints for `--list FILE` (ld.so(8)): "libc.so.6 => /lib/…/libc.so.6 (0x7f…)". Only
 * libraries that have a path are given, the loader among them; "not found" and the vDSO have none.
 */
export function parseLoaderList(text: string): string[] {
  const paths = text.split('\n').map((line) => /^\s*(?:\S+ => )?(\/.*?) \(0x[0-9a-f]+\)$/.exec(line)?.[1])
  return [...new Set(paths.filter((path) => path !== undefined))]
}

const NOBODY = { uid: 65534, gid: 65534 }
const WRITABLE_BY_OTHERS = 0o022
const TIME_LIMIT_MS = 5_000

/**
 * Libraries of a program that is not running, links followed. The program is not started, but its loader is, and
 * a crafted file might mislead that: so only files that root alone may write are listed, and as nobody.
 */
export async function librariesByLoader(
  host: Host,
  path: string,
  interpreter: string,
  gaps: BlindSpots,
): Promise<string[]> {
  if (!(await isRootsAlone(host, path)) || !(await isRootsAlone(host, interpreter))) {
    gaps.add(
      `The libraries of ${path} are unknown: it is not running, and users other than root may write it`,
    )
    return []
  }
  const listed = await orBlindSpot(
    gaps,
    `The libraries of ${path}`,
    host.run([interpreter, '--list', path], { as: NOBODY, timeoutMs: TIME_LIMIT_MS }),
  )
  if (listed?.exitCode !== 0) {
    gaps.add(`The libraries of ${path} are unknown: its loader could not list them`)
    return []
  }
  const libraries = await Promise.all(
    parseLoaderList(listed.stdout).map(async (library) => (await host.resolve(library)) ?? library),
  )
  return [...new Set(libraries)]
}

async function isRootsAlone(host: Host, path: string): Promise<boolean> {
  const real = await host.resolve(path)
  const found = real === undefined ? undefined : await host.stat(real)
  return found?.kind === 'file' && found.uid === 0 && (found.mode & WRITABLE_BY_OTHERS) === 0
}
