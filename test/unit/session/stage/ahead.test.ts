import { expect, test } from 'vitest'
import type { FileUse } from '../../../../src/observe/trace/learned.ts'
import { looksForProcesses } from '../../../../src/session/stage/ahead.ts'
import { NOTHING_LEARNED } from '../../catalog/build-facts.ts'

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
  expect(looksForProcesses(learned)).toBe(expected)
})
