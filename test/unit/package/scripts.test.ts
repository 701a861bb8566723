import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { script } from '../../../bin/package/tree.ts'
import { SYSTEM_MANAGER } from '../../../src/host/manager.ts'
import { nameAsPart } from '../../../src/systemd/manager/unit-name.ts'
import { keptPath } from '../../../src/systemd/settings/drop-in.ts'
import { bootPaths } from '../../../src/trial/transaction/trial-paths.ts'

const names = readdirSync(join(import.meta.dirname, '../../../bin/package/scripts'))

describe.skipIf(spawnSync('shellcheck', ['--version']).error !== undefined)('shellcheck', () => {
  it.each(names)('finds nothing in %s', (name) => {
    const { stdout } = spawnSync('shellcheck', ['-s', 'sh', '-'], { input: script(name), encoding: 'utf8' })
    expect(stdout).toBe('')
  })
})

it.each(['nginx', 'a.b-c', 'my_app', 'postgresql@15-main', 'x:y@a\\x2db_c', '.hidden', '..two'])(
  'the folder that holds the records of %s is not removed',
  (name) => {
    const asPart = /^as_part\(\) \{\n.*?^\}/ms.exec(script('leave'))?.[0]
    const argv = ['-c', `${asPart}\nprintf '%s\\n' "$1" | as_part`, 'sh', name]
    expect(spawnSync('sh', argv, { encoding: 'utf8' }).stdout).toBe(`${nameAsPart(`${name}.service`)}\n`)
  },
)

it.each(['removal', 'leave'])('%s looks where hardenctl keeps its things', (name) => {
  expect(script(name)).toContain(keptPath(SYSTEM_MANAGER, '*.service'))
  expect(script(name)).toContain(`${SYSTEM_MANAGER.run}/*/undo.sh`)
  if (name === 'removal') return
  expect(script(name)).toContain(bootPaths(SYSTEM_MANAGER, 'NAME').unit.replace('NAME', '*'))
  expect(script(name)).toContain(`${SYSTEM_MANAGER.state}/*`)
})
