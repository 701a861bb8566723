import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, it } from 'vitest'
import { manPage } from '../../../bin/package/man-page.ts'
import { COMMANDS, COMMON_OPTIONS, type CommandDefinition } from '../../../src/cli/definition.ts'

const page = manPage('1.2.3', '2026-01-02')
const commands: readonly CommandDefinition[] = COMMANDS

it('has every command, option and value', () => {
  const plain = page.replaceAll('\\-', '-').replaceAll(/\\f[BRI]/g, '')
  for (const { forms, options } of commands) {
    for (const { line } of forms) expect(plain).toContain(`hardenctl ${line}`)
    for (const { name, value, words = [] } of options) {
      expect(plain).toMatch(new RegExp(`--${name}${value === undefined ? '' : ` ${value}`}$`, 'm'))
      for (const word of words) expect(plain).toContain(word)
    }
  }
  for (const { name } of COMMON_OPTIONS) expect(plain).toContain(`--${name}`)
  expect(plain).toContain('2026-01-02 "hardenctl 1.2.3"')
})

it.skipIf(!existsSync('/usr/bin/man'))('is read by man(1) without a warning', () => {
  const argv = ['--warnings', '--encoding=UTF-8', '--local-file', '-']
  const env = { ...process.env, LC_ALL: 'C.UTF-8', MANROFFSEQ: '', MANWIDTH: '80' }
  const { stdout, stderr, status } = spawnSync('man', argv, { input: page, encoding: 'utf8', env })
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
  expect(stdout).toContain('--watch-seconds N')
})
