import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'

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
