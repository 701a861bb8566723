import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readProgramDoes } from '../../../../src/observe/files/named-program.ts'
import { memoryHost } from '../memory-host.ts'

test.each([
  // Real programs: one starts another, one copies, one finds machines.
  ['/usr/bin/env', { starts: true }],
  ['/usr/bin/cat', {}],
  ['/usr/bin/getent', {}],
])('%s does %j', async (path, does) => {
  const host = memoryHost({ files: { [path]: readFileSync(path) } })
  expect(await readProgramDoes(host, path, new Set())).toEqual(does)
})

test('a script does nothing by itself', async () => {
  const host = memoryHost({ files: { '/srv/x': '#!/bin/sh\nmail' } })
  expect(await readProgramDoes(host, '/srv/x', new Set())).toEqual({})
})
