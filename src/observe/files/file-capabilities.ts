import type { Host } from '../../host/host.ts'
import { type BlindSpots, mapFew, orBlindSpot } from '../blind-spots.ts'
import { perHost } from '../per-host.ts'
import type { CapableProgram } from '../reach-facts.ts'
import { SEARCH_PATH } from './interpreter-line.ts'

/**
 * Parses the output of getcap(8) for these paths: path → capabilities as text ("cap_net_raw=ep"). Before libcap 2.41
 * a line was "/bin/ping = cap_net_raw+ep", since then "/bin/ping cap_net_raw=ep"; both give the newer text.
 */
export function parseGetcap(text: string, paths: readonly string[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split('\n')) {
    // The longest path that fits, since one may be the start of another.
    const path = paths
      .filter((candidate) => line.startsWith(`${candidate} `))
      .sort((a, b) => b.length - a.length)[0]
    if (path === undefined) continue
    const capabilities = line.slice(path.length + 1).replace(/^= /, '')
    found.set(path, capabilities.replace(/^([a-z_0-9,]+)\+([eip]+)$/, '$1=$2'))
  }
  return found
}

/** File capabilities of these absolute paths; those without any are absent. */
export async function fileCapabilities(
  host: Host,
  paths: readonly string[],
  gaps: BlindSpots,
): Promise<Map<string, string>> {
  if (paths.length === 0) return new Map()
  // getcap takes no "--", and needs none: an absolute path is never taken for an option.
  const result = await orBlindSpot(gaps, 'File capabilities', host.run(['getcap', ...paths]))
  if (result === undefined || result.exitCode === undefined || result.exitCode === 127) {
    gaps.add('File capabilities are unknown: getcap (libcap) is not installed')
    return new Map()
  }
  return parseGetcap(result.stdout, paths)
}

/** "/bin/ping cap_net_raw=ep" or "/bin/ping = cap_net_raw+ep": what getcap(8) prints of one file. */
const OF_FILE = /^(\/.+?) (?:= )?(cap_[a-z_0-9,]+)[=+][eip]+$/

/** Parses the output of `getcap -r`. */
export function parseCapable(text: string): CapableProgram[] {
  return text.split('\n').flatMap((line) => {
    const [, path, names = ''] = OF_FILE.exec(line) ?? []
    return path === undefined ? [] : [{ path, capabilities: names.split(',') }]
  })
}

async function readCapable(host: Host, gaps: BlindSpots): Promise<CapableProgram[]> {
  const result = await orBlindSpot(gaps, 'File capabilities', host.run(['getcap', '-r', ...SEARCH_PATH]))
  const found = parseCapable(result?.stdout ?? '')
  const forAll = await mapFew(found, async ({ path }) => {
    const stat = await orBlindSpot(gaps, path, host.stat(path))
    return stat !== undefined && (stat.mode & 0o001) !== 0
  })
  return found.filter((_, at) => forAll[at])
}

/** Programs of the machine that anybody may start and that have capabilities of their own. */
export const capablePrograms = perHost(readCapable)
