import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const project = join(import.meta.dirname, '../..')
/** The rooms of src/, lowest first: each may import those before it. */
const ROOMS = ['host', 'systemd', 'observe', 'catalog', 'trial', 'rehearsal', 'session', 'ui', 'cli']
const SCREEN = ['ink', 'ink-select-input', 'react', 'react/jsx-runtime']

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hardenctl-layers-'))
  copyFileSync(join(project, '.biome.json'), join(folder, '.biome.json'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** "src/host/a.ts:3 lint/style/…" for each line that the project's own lint settings refuse in a tree of these files. */
function refusedIn(files: Readonly<Record<string, readonly string[]>>): string[] {
  for (const [path, lines] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), lines.map((line) => `${line}\n`).join(''))
  }
  const biome = join(project, 'node_modules/.bin/biome')
  const argv = ['lint', '--vcs-enabled=false', '--reporter=github', '--max-diagnostics=none']
  const { stdout, error } = spawnSync(biome, [...argv, ...Object.keys(files)], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (error) throw error
  const found = stdout.matchAll(/title=(lint\/[\w/]+),file=(?:[^,]*\/)?(src\/[^,]+),line=(\d+),/g)
  return [...found].map(([, rule, path, line]) => `${path}:${line} ${rule}`)
}

test('every room has its place in the order', () => {
  const rooms = readdirSync(join(project, 'src'), { withFileTypes: true }).filter((one) => one.isDirectory())
  expect(rooms.map(({ name }) => name).sort()).toEqual([...ROOMS].sort())
})

test.each(
  ROOMS.map((room, place) => ({ room, above: ROOMS.slice(place + 1), below: ROOMS.slice(0, place) })),
)(
  '$room imports no room above it, no test, and no screen unless it is the screen',
  ({ room, above, below }) => {
    const path = `src/${room}/sub/made-up.ts`
    const lines = (paths: readonly string[]) => paths.map((one) => `import '${one}'`)
    const forbidden = [
      ...lines(above.map((name) => `../../${name}/sub/other.ts`)),
      ...lines(['../../../test/unit/x.ts', '../../../bin/x.js']),
      ...(above.includes('ui') ? lines(SCREEN) : []),
      ...(above.includes('cli') ? ["export { other } from '../../cli/other.ts'"] : []),
      ...(above.includes('cli') ? ["export type { Other } from '../../cli/other.ts'"] : []),
    ]
    const allowed = lines([...below, room].map((name) => `../../${name}/sub/other.ts`))
    expect(refusedIn({ [path]: [...forbidden, ...allowed, "import './near.ts'", "import 'zod'"] })).toEqual(
      forbidden.map((_, index) => `${path}:${index + 1} lint/style/noRestrictedImports`),
    )
  },
)

test('no import goes in a circle, not even for types', () => {
  const found = refusedIn({
    'src/host/one.ts': ["import type { Two } from './two.ts'", 'export type One = Two | 1'],
    'src/host/two.ts': ["import type { One } from './one.ts'", 'export type Two = One[]'],
  })
  expect(found.sort()).toEqual([
    'src/host/one.ts:1 lint/suspicious/noImportCycles',
    'src/host/two.ts:1 lint/suspicious/noImportCycles',
  ])
})
