import type { Host } from '../../host/host.ts'
import { configurationTexts } from '../../observe/config/configuration-texts.ts'
import type { Facts } from '../../observe/facts.ts'
import type { FullCheck } from '../../trial/health/full/exchange.ts'
import { holdFull, NO_ANSWER } from '../../trial/health/full/play-full.ts'

/** Names that are asked for, and zones that are played. */
const MOST_NAMES = 40
const MOST_ZONES = 8
/** A longer line holds data. */
const MAX_LINE = 1024
/** A comment, or a key whose value may be a zone: "zone: lab", 'zone "example.org"', "domain: lab". */
const COMMENT = /^\s*(?:[#;]|\/\/)/
const KEY =
  /(?:^|[\s{;-])(?:[\w-]{0,20}(?:zone|domain)|name)["']?\s*[:=]?\s*["']?((?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.?(?=["'\s;{]|$)/gi
/** Zones that servers bring for this machine itself: RFC 6303. */
const OF_MACHINE = /(?:^|\.)(?:localhost|in-addr\.arpa|ip6\.arpa)$/i

/** Names that the lines of a configuration may make zones, those of this machine last. */
export function zoneNames(texts: readonly string[]): string[] {
  const lines = texts
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.length <= MAX_LINE && !COMMENT.test(line))
  const names = lines.flatMap((line) => [...line.matchAll(KEY)].map(([, name = '']) => name.toLowerCase()))
  const plain = [...new Set(names)].filter((name) => name.length < 200 && /[a-z]/.test(name))
  const ofMachine = (name: string) => Number(OF_MACHINE.test(name))
  return plain.sort((a, b) => ofMachine(a) - ofMachine(b)).slice(0, MOST_NAMES)
}

/** Those zones of its configuration that a service answers for in a clone; undefined where there are none. */
export async function withZones(host: Host, facts: Facts, check: FullCheck): Promise<FullCheck | undefined> {
  const zones: string[] = []
  for (const name of zoneNames(await configurationTexts(host, facts))) {
    const held = await holdFull(host, { ...check, address: name })
    // It answers nobody, or not without recursion.
    if ('why' in held && held.why === NO_ANSWER) break
    if (!('why' in held)) zones.push(name)
    if (zones.length === MOST_ZONES) break
  }
  if (zones.length === 0) return undefined
  return {
    ...check,
    thing: zones.length === 1 ? `the zone ${zones[0]}` : `each of the zones ${zones.join(', ')}`,
    address: zones.join(' '),
  }
}
