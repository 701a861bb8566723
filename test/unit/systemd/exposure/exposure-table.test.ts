import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  type ExposureRow,
  exposureModule,
  measureExposureTable,
} from '../../../../bin/generate/exposure-table.ts'
import { EXPOSURE_TABLE } from '../../../../src/systemd/exposure/exposure-table.ts'

const project = join(import.meta.dirname, '../../../..')
const COMMITTED = EXPOSURE_TABLE.map((row): ExposureRow => ({ needsDefaultDependencies: false, ...row }))

function hasAnalyze(): boolean {
  const { stdout } = spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' })
  return Number(/systemd (\d+)/.exec(stdout ?? '')?.[1]) >= 252
}

it('is committed as the generator writes it', () => {
  const path = 'src/systemd/exposure/exposure-table.ts'
  const { stdout } = spawnSync('node_modules/.bin/biome', ['format', `--stdin-file-path=${path}`], {
    cwd: project,
    input: exposureModule(COMMITTED),
    encoding: 'utf8',
  })
  expect(stdout).toBe(readFileSync(join(project, path), 'utf8'))
})

it.skipIf(!hasAnalyze())("weighs each check as this machine's systemd-analyze", { timeout: 240_000 }, () => {
  const measured = measureExposureTable(COMMITTED)
  // One check came with 255 and was ported back to some releases before.
  expect(measured.length).toBeGreaterThanOrEqual(COMMITTED.length - 1)
  const fields = new Set(measured.map(({ jsonField }) => jsonField))
  expect(measured).toEqual(COMMITTED.filter(({ jsonField }) => fields.has(jsonField)))
})
