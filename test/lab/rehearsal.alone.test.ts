import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RehearsalResult } from './inside/rehearsal-main.ts'
import { programFiles } from './kit/bundled.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const FOLDER = '/opt/rehearsal'
const WISH = JSON.stringify({ unit: 'nginx.service', checks: ['http://127.0.0.1/'] })
const ROUNDS = 4

let lab: Lab

describe.skipIf(skipLab())(labTitle('a clone'), () => {
  beforeAll(async () => {
    const files = await programFiles(FOLDER, 'test/lab/inside/rehearsal-main.ts')
    lab = await bootLab({ services: ['nginx'], files })
  })
  afterAll(() => lab?.stop())

  it('is up in half a second', async () => {
    const times: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const said = await lab.output(['node', `${FOLDER}/main.mjs`, WISH], { timeoutMs: 90_000 })
      times.push((JSON.parse(said) as RehearsalResult).ms.boot)
    }
    expect(Math.min(...times)).toBeLessThanOrEqual(500)
  })
})
