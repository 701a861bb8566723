import { join } from 'node:path'
import { expect, it } from 'vitest'
import { copyrightFile, packagesOf } from '../../../bin/package/copyright.ts'

const root = join(import.meta.dirname, '../../..')

it('names each package of the bundle once, with its licence', () => {
  const paths = [
    'src/cli/main.ts',
    'node_modules/ink/build/index.js',
    'node_modules/ink/build/ink.js',
    'node_modules/react/index.js',
  ]
  const packages = packagesOf(root, paths)
  expect(packages.map(({ name, licence }) => [name, licence])).toEqual([
    ['ink', 'MIT'],
    ['react', 'MIT'],
  ])
  for (const { text } of packages) expect(text).toMatch(/Permission is hereby granted/)
})

it('is a control file: every line of a text is indented, and no text is left out', () => {
  const own = 'MIT License\n\nCopyright (c) 2026 us\n\nPermission.'
  const file = copyrightFile(
    own,
    [{ name: 'x', version: '1', licence: 'ISC', text: 'Copyright 2020 A\n\nFree.' }],
    'Node is\tfree.',
  )
  expect(file).toContain(
    'Files: *\nCopyright: 2026 us\nLicense: MIT\n MIT License\n .\n Copyright (c) 2026 us\n',
  )
  expect(file).toContain('parts of x 1.\nCopyright: 2020 A\nLicense: ISC')
  expect(file).toContain(' Node is  free.\n')
  for (const line of file.split('\n')) expect(line).toMatch(/^( \S.*|[A-Z][\w-]+: \S.*| {11}\S.*|)$/)
})
