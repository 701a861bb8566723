import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  COMMANDS,
  COMMON_OPTIONS,
  type CommandDefinition,
  type OptionDefinition,
} from '../../../src/cli/definition.ts'
import { commandHelp, generalHelp } from '../../../src/cli/help.ts'
import { EXIT_CODES } from '../../../src/session/exit-code.ts'

const README = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')
const commands: readonly CommandDefinition[] = COMMANDS
const common: readonly OptionDefinition[] = COMMON_OPTIONS
const texts = [
  { about: 'hardenctl', help: generalHelp() },
  ...commands.map((command) => ({ about: command.name, help: commandHelp(command) })),
]

describe('the help', () => {
  it('has every command and every option of the walk', () => {
    const help = generalHelp()
    for (const { forms } of commands)
      for (const { line } of forms) expect(help).toContain(`hardenctl ${line}`)
    for (const { name } of [...COMMANDS[0].options, ...COMMON_OPTIONS]) expect(help).toContain(`--${name}`)
  })

  it.each(commands)('of $name has all of its options and their words', (command) => {
    const help = commandHelp(command)
    for (const { name, words = [] } of command.options) {
      expect(help).toContain(`--${name}`)
      for (const word of words) expect(help).toContain(word)
    }
    if (command.options.length === 0) expect(help).toContain('takes no options')
  })

  it.each(texts)('of $about fits a terminal of 80 columns', ({ help }) => {
    for (const line of help.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(help).toMatch(/[^\n]\n$/)
  })

  it('and the README name the same exit codes', () => {
    const help = generalHelp()
    const inReadme = [...README.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
    expect(inReadme).toEqual(EXIT_CODES.map(({ code }) => code))
    for (const { code } of EXIT_CODES) expect(help).toMatch(new RegExp(`^ {2}${code} {2,}[A-Z]`, 'm'))
  })

  it('and the README name the same options', () => {
    for (const { name, value } of [...commands.flatMap(({ options }) => options), ...common])
      expect(README).toMatch(
        new RegExp(`^\\| .*\`--${name}${value === undefined ? '' : ` ${value}`}\`.* \\|`, 'm'),
      )
  })
})
