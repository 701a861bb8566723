import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { LogrotateFact } from '../facts.ts'
import { fixedFolder, isPattern, regularExpressionOf } from '../files/path-pattern.ts'
import { type LogrotateBlock, NO_DEFAULTS, parseLogrotate } from './logrotate-config.ts'
import { reachesUnit } from './rotation-script.ts'

const MAIN_FILE = '/etc/logrotate.conf'
const FOLDER = '/etc/logrotate.d'

/** Names that logrotate skips in an included folder (tabooext in logrotate.conf(5)). */
const SKIPPED = /(^\.)|(\.(rpmorig|rpmsave|rpmnew|swp|cfsaved|bak|old|disabled|dpkg-[a-z]+|ucf-[a-z]+)|,v|~)$/

/**
 * Blocks of logrotate's configuration that rotate files of this service: those that match one of `files` (real
 * paths), and those whose script reloads the unit. For the latter all files on disk that match are the service's;
 * of a block that others share ("/var/log/*.log") only the ones given.
 */
export async function readLogrotate(
  host: Host,
  files: readonly string[],
  unitNames: readonly string[],
  gaps: BlindSpots,
): Promise<LogrotateFact[]> {
  const facts: LogrotateFact[] = []
  for (const { source, block } of await readBlocks(host, gaps)) {
    const reloadsUnit = reachesUnit(block.postrotate, unitNames)
    const patterns = await Promise.all(block.patterns.map((pattern) => withRealFolder(host, pattern)))
    const expressions = patterns.map(regularExpressionOf)
    const held = files.filter((file) => expressions.some((expression) => expression.test(file)))
    const onDisk = reloadsUnit
      ? (await Promise.all(patterns.map((pattern) => expand(host, pattern)))).flat()
      : []
    const matches = [...new Set([...held, ...onDisk])].sort()
    if (matches.length > 0 || reloadsUnit) facts.push({ source, ...block, matches, reloadsUnit })
  }
  return facts
}

async function readBlocks(
  host: Host,
  gaps: BlindSpots,
): Promise<{ source: string; block: LogrotateBlock }[]> {
  const main = parseLogrotate((await orBlindSpot(gaps, MAIN_FILE, host.read(MAIN_FILE))) ?? '', NO_DEFAULTS)
  const found = main.blocks.map((block) => ({ source: MAIN_FILE, block }))
  const names = (await orBlindSpot(gaps, FOLDER, host.list(FOLDER))) ?? []
  for (const name of names.filter((candidate) => !SKIPPED.test(candidate))) {
    const source = `${FOLDER}/${name}`
    const text = (await orBlindSpot(gaps, source, host.read(source))) ?? ''
    found.push(...parseLogrotate(text, main.defaults).blocks.map((block) => ({ source, block })))
  }
  return found
}

/** The pattern with links in its fixed folders followed, since the files it is compared with are real paths. */
async function withRealFolder(host: Host, pattern: string): Promise<string> {
  const { folder, rest } = fixedFolder(pattern)
  const real = (await host.resolve(folder).catch(orElse(undefined))) ?? folder
  return [real === '/' ? '' : real, ...rest].join('/')
}

/** Plain files that a pattern matches on this machine, now. */
async function expand(host: Host, pattern: string): Promise<string[]> {
  const { folder, rest } = fixedFolder(pattern)
  let paths = [folder === '/' ? '' : folder]
  for (const part of rest) {
    const deeper = await Promise.all(
      paths.map(async (path) => {
        if (!isPattern(part)) return [`${path}/${part}`]
        const expression = regularExpressionOf(part)
        const names = await host.list(path || '/').catch(orElse([]))
        return names.filter((name) => expression.test(name)).map((name) => `${path}/${name}`)
      }),
    )
    paths = deeper.flat()
  }
  const kinds = await Promise.all(paths.map((path) => host.stat(path).catch(orElse(undefined))))
  return paths.filter((_, index) => kinds[index]?.kind === 'file')
}
