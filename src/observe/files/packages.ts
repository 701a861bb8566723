import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import type { Facts } from '../facts.ts'

/** "nginx-common, nginx: /usr/sbin/nginx", with diversions between; dpkg-query(1), --search. */
export function parseDpkgSearch(text: string): string[] {
  const names = text.split('\n').flatMap((line) => {
    const at = line.indexOf(': /')
    return at < 0 || line.startsWith('diversion ') ? [] : line.slice(0, at).split(', ')
  })
  return [...new Set(names)].sort()
}

/** "name version" a line. */
export function parseVersions(text: string): Record<string, string> {
  const pairs = text.split('\n').flatMap((line): [string, string][] => {
    const [name, version] = line.split(' ')
    return name && version ? [[name, version]] : []
  })
  return Object.fromEntries(pairs)
}

async function output(host: Host, argv: readonly string[]): Promise<string> {
  return (await host.run(argv).catch(orElse(undefined)))?.stdout ?? ''
}

/** Version by package of the packages that these programs came in; empty where no package manager tells. */
export async function packageVersions(host: Host, paths: readonly string[]): Promise<Record<string, string>> {
  if (paths.length === 0) return {}
  const debian = parseDpkgSearch(await output(host, ['dpkg-query', '--search', '--', ...paths]))
  if (debian.length > 0) {
    // By default a tab stands between name and version.
    const shown = await output(host, ['dpkg-query', '--show', '--', ...debian])
    return parseVersions(shown.replaceAll('\t', ' '))
  }
  return parseVersions(
    await output(host, ['rpm', '-qf', '--qf', '%{NAME} %{VERSION}-%{RELEASE}\n', '--', ...paths]),
  )
}

/** rpm says "(contains no files)" of a package, and "file … is not owned by any package", between the paths. */
export function listedByRpm(text: string): string[] {
  return text.split('\n').filter((line) => line.startsWith('/'))
}

/** Real paths of the programs that the unit's processes run now. */
export function runningPrograms({ executables }: Pick<Facts, 'executables'>): string[] {
  return executables.filter(({ from }) => from.includes('running')).map(({ path }) => path)
}

/** Every file and folder of the packages that a unit and the programs that it runs came in. */
export function filesOfItsPackages(
  host: Host,
  facts: Pick<Facts, 'unit' | 'executables'>,
): Promise<string[]> {
  return filesOfPackages(host, [facts.unit.fragment, ...runningPrograms(facts)])
}

/**
 * Every file and folder of the packages that these files came in, as dpkg or rpm lists them; empty where neither knows
 * them.
 */
export async function filesOfPackages(host: Host, paths: readonly string[]): Promise<string[]> {
  const named = paths.filter((path) => path.startsWith('/'))
  if (named.length === 0) return []
  const packages = parseDpkgSearch(await output(host, ['dpkg-query', '--search', '--', ...named]))
  if (packages.length === 0)
    return listedByRpm(await output(host, ['rpm', '--query', '--list', '--file', ...named]))
  return (await output(host, ['dpkg-query', '--listfiles', '--', ...packages])).split('\n')
}
