import { expect, it } from 'vitest'
import { managedPaths } from '../../../../src/systemd/settings/managed-directories.ts'

it.each<[string, string[], string[]]>([
  ['RuntimeDirectory', ['a', 'b/c'], ['/run/a', '/run/b/c']],
  ['StateDirectory', ['a:link'], ['/var/lib/a']],
  ['CacheDirectory', ['a:link:ro'], ['/var/cache/a']],
  ['LogsDirectory', [], []],
  ['ReadWritePaths', ['/srv'], []],
])('%s=%j', (key, names, paths) => {
  expect(managedPaths(key, names)).toEqual(paths)
})
