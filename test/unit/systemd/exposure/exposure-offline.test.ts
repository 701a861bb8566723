import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Assignment } from '../../../../src/catalog/common/types.ts'
import { exposure } from '../../../../src/systemd/exposure/exposure.ts'
import { applyAssignments, settingsFromShow } from '../../../../src/systemd/settings/settings.ts'
import { flattenGroups, parseSyscallGroups } from '../../../../src/systemd/syscalls/syscall-groups.ts'
import { dropInText, randomDropIn, STOCK_SHOWN, seededRandom } from './exposure-drop-ins.ts'

const COUNT = 240

interface Row {
  json_field: string
  weight: number
  badness: number
  range: number
}

const version = analyzeVersion()
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'exposure-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Major version, or undefined where there is none or it is too old to read files. */
function analyzeVersion(): number | undefined {
  try {
    const text = execFileSync('systemd-analyze', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const major = Number(/systemd (\d+)/.exec(text)?.[1])
    return major >= 252 ? major : undefined
  } catch {
    return undefined
  }
}

function analyze(name: string, assignments: readonly Assignment[]): { rows: Row[]; overall: string } {
  const file = join(folder, `${name}.service`)
  writeFileSync(file, `[Service]\nExecStart=/bin/true\n${dropInText(assignments)}`)
  const run = (...options: string[]) =>
    execFileSync('systemd-analyze', ['security', '--offline=true', '--no-pager', ...options, file], {
      encoding: 'utf8',
      env: { ...process.env, SYSTEMD_ANALYZE_DEBUG: '1', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  const overall =
    /: ([\d.]+ [A-Z]+)/.exec(
      run()
        .split('\n')
        .find((line) => line.includes('Overall')) ?? '',
    )?.[1] ?? ''
  return { rows: JSON.parse(run('--json=short')), overall }
}

describe.skipIf(version === undefined)('exposure against systemd-analyze security --offline', () => {
  it(`scores ${COUNT} random services alike, row by row`, { timeout: 240_000 }, () => {
    const text = execFileSync('systemd-analyze', ['--no-pager', 'syscall-filter'], { encoding: 'utf8' })
    const groups = flattenGroups(parseSyscallGroups(text))
    const random = seededRandom(7)
    const chances = [0, 0.15, 0.5, 0.9]
    for (let index = 0; index < COUNT; index++) {
      const lines = randomDropIn(random, chances[index % chances.length] ?? 0, false)
      const { rows, overall } = analyze(`random${index}`, lines)
      const scoresBpf = rows.some((row) => row.json_field.endsWith('CAP_BPF'))
      const settings = applyAssignments(settingsFromShow(STOCK_SHOWN), lines, groups)
      const own = exposure(settings, {
        systemd: version ?? 0,
        syscallGroups: groups,
        scoresBpf,
        offline: true,
      })
      const theirs = Object.fromEntries(
        rows.map((row) => [row.json_field, row.badness > row.range ? undefined : row.badness]),
      )
      const ours = Object.fromEntries(own.checks.map((check) => [check.jsonField, check.badness]))
      expect(ours, dropInText(lines)).toEqual(theirs)
      expect(`${Math.floor(own.score / 10)}.${own.score % 10} ${own.rating}`, dropInText(lines)).toBe(overall)
    }
  })
})
