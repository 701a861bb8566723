import { expect, test } from 'vitest'
import { readReach } from '../../../src/observe/reach.ts'
import { binary, emptyFacts, process } from '../catalog/build-facts.ts'
import { memoryHost } from './memory-host.ts'

const RUNNER = '/usr/bin/runner'
const SCRIPT = 'BEGIN { serve() }\n'

test.each<[string, string[], boolean]>([
  ['by its whole path', ['-f', '/srv/x/server.awk'], true],
  ['from the folder that it works in', ['-f', 'server.awk'], true],
  ['behind the value of an option', ['-u', 'srv', 'server.awk'], true],
  ['its configuration alone', ['-c', '/srv/x/server.conf'], false],
  ['what is not there', ['-f', 'other.awk'], false],
])('a program that was told of a script (%s) runs one', async (_, words, does) => {
  const files = {
    '/srv/x/server.awk': SCRIPT,
    '/srv/x/server.conf': 'a = b\n',
    '/proc/10/cwd': { link: '/srv/x' },
  }
  const one = { ...process(10, 990, { isMain: true, argv: [RUNNER, ...words] }), executable: RUNNER }
  const facts = { ...emptyFacts(), processes: [one] }
  expect((await readReach(memoryHost({ files }), facts, [])).interpreters).toEqual(does ? [RUNNER] : [])
})

test('a script of an Exec line is one of a package if the package lists it, wherever it lies', async () => {
  const script = (path: string) => ({ ...binary(path), from: ['exec' as const], kind: 'script' as const })
  const paths = ['/etc/srv/start', '/opt/srv/after', '/usr/lib/srv/reload', '/etc/init.d/srv']
  const facts = { ...emptyFacts(), executables: paths.map(script) }
  const { scripts } = await readReach(memoryHost({ files: {} }), facts, ['/etc/srv/start'])
  expect(scripts).toEqual(['/opt/srv/after'])
})
