import { expect, test } from 'vitest'
import type { FileUse } from '../../../../src/observe/trace/learned.ts'
import { looksForProcesses } from '../../../../src/session/stage/process-finders.ts'
import { emptyFacts, NOTHING_LEARNED } from '../../catalog/build-facts.ts'

const ran = (path: string, use: FileUse = 'execute') => ({
  ...NOTHING_LEARNED,
  executed: [{ path, uses: [use], sightings: [] }],
})

test.each([
  ['a stop that finds the daemon by its program', ran('/usr/sbin/start-stop-daemon'), true],
  ['a reload that finds it by its name', ran('/usr/bin/pkill'), true],
  ['a program that looks for nobody', ran('/usr/bin/install'), false],
  ['a library of such a name', ran('/usr/lib/pkill', 'map'), false],
  ['a service that was not followed', undefined, false],
])('%s', (_, learned, expected) => {
  expect(looksForProcesses(learned, emptyFacts())).toBe(expected)
})

test.each([
  ['by its pid file alone', '--stop --retry QUIT/5 --pidfile /run/d.pid', false],
  ['by its program too', '--stop --pidfile /run/d.pid --exec /usr/sbin/d', true],
  ['by its name', '--stop --name d', true],
])('a stop of the unit that finds the daemon %s', (_, words, expected) => {
  const facts = emptyFacts()
  const path = '/sbin/start-stop-daemon'
  facts.unit.exec = { ExecStop: [{ path, argv: [path, ...words.split(' ')], flags: [] }] }
  expect(looksForProcesses(ran('/usr/sbin/start-stop-daemon'), facts)).toBe(expected)
})
