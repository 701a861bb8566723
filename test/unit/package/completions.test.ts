import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bashCompletion } from '../../../bin/package/completions/bash.ts'
import { fishCompletion } from '../../../bin/package/completions/fish.ts'
import { zshCompletion } from '../../../bin/package/completions/zsh.ts'
import { COMMANDS, type CommandDefinition } from '../../../src/cli/definition.ts'
import { openTerminal, type Terminal } from '../../terminal/driver.ts'

/** A line as it is typed before Tab, and as the shell completes it. */
const LINES = [
  ['hardenctl sta', 'hardenctl status'],
  ['hardenctl mosq', 'hardenctl mosquitto'],
  ['hardenctl --yes mosq', 'hardenctl --yes mosquitto'],
  ['hardenctl undo ap', 'hardenctl undo apache2'],
  ['hardenctl status ap', 'hardenctl status apache2'],
  ['hardenctl help un', 'hardenctl help undo'],
  ['hardenctl audit --metrics /etc/os-rel', 'hardenctl audit --metrics /etc/os-release'],
  ['hardenctl audit apache2 mosq', 'hardenctl audit apache2 mosquitto'],
  ['hardenctl mosquitto --keep', 'hardenctl mosquitto --keep-seconds'],
  ['hardenctl mosquitto --stages fi', 'hardenctl mosquitto --stages filesystem'],
  ['hardenctl mosquitto --stages=fi', 'hardenctl mosquitto --stages=filesystem'],
  ['hardenctl mosquitto --stages user,fi', 'hardenctl mosquitto --stages user,filesystem'],
  ['hardenctl mosquitto --level ti', 'hardenctl mosquitto --level tight'],
  ['hardenctl mosquitto --level=ti', 'hardenctl mosquitto --level=tight'],
  ['hardenctl --level tight mosq', 'hardenctl --level tight mosquitto'],
  ['hardenctl mosquitto --skip LockP', 'hardenctl mosquitto --skip LockPersonality'],
  ['hardenctl mosquitto --set LockP', 'hardenctl mosquitto --set LockPersonality'],
  ['hardenctl mosquitto --syscalls ex', 'hardenctl mosquitto --syscalls exact'],
  ['hardenctl mosquitto --exercise-as daem', 'hardenctl mosquitto --exercise-as daemon'],
  ['hardenctl postgresql@15-', 'hardenctl postgresql@15-main'],
] as const
/** Nothing is to be added to these. */
const WRONG = ['hardenctl status --lev', 'hardenctl undo mosq', 'hardenctl mosquitto apa'] as const

/** Ctrl-U. */
const ERASE = '\x15'

const RUNNING = ['mosquitto', 'postgresql@15-main'].map((name) => `${name}.service loaded active running X`)
const KEPT = '/etc/systemd/system/apache2.service.d/zz-hardenctl-kept.conf'

let folder: string
let env: Record<string, string>

/** A program that prints these lines, before all others of that name. */
function stub(name: string, lines: readonly string[]): void {
  const path = join(folder, name)
  writeFileSync(path, ['#!/bin/sh', "cat <<'END'", ...lines, 'END', ''].join('\n'))
  chmodSync(path, 0o755)
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hardenctl-completions-'))
  stub('systemctl', RUNNING)
  stub('find', [KEPT])
  writeFileSync(join(folder, 'hardenctl.bash'), bashCompletion())
  writeFileSync(join(folder, '_hardenctl'), zshCompletion())
  writeFileSync(join(folder, 'hardenctl.fish'), fishCompletion())
  env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    TERM: 'xterm-256color',
    PS1: '> ',
    LC_ALL: 'C.UTF-8',
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const has = (program: string) => existsSync(`/usr/bin/${program}`) || existsSync(`/bin/${program}`)

interface Shell {
  name: string
  program: string
  argv: (program: string) => string[]
  setup: string
  lines: readonly (readonly [string, string])[]
  wrong: readonly string[]
}

const SHELLS: Shell[] = [
  {
    name: 'bash',
    program: 'bash',
    argv: (program) => [program, '--norc', '--noprofile', '-i'],
    setup: '. $HOME/hardenctl.bash',
    lines: LINES,
    wrong: WRONG,
  },
  {
    name: 'bash with the package bash-completion',
    program: 'bash',
    argv: (program) => [program, '--norc', '--noprofile', '-i'],
    setup: '. /usr/share/bash-completion/bash_completion; . $HOME/hardenctl.bash',
    // Only the cutting of words is another then.
    lines: LINES.filter(([typed]) => /[=@,]/.test(typed)),
    wrong: [],
  },
  {
    name: 'zsh',
    program: 'zsh',
    argv: (program) => [program, '-f', '-i'],
    setup: 'fpath=($HOME $fpath); autoload -U compinit; compinit -D -u; PS1="> "',
    lines: LINES,
    wrong: WRONG,
  },
]

const missing = ({ program, setup }: Shell) =>
  !has(program) ||
  (setup.includes('bash_completion') && !existsSync('/usr/share/bash-completion/bash_completion'))

describe.each(SHELLS)('in $name', (shell) => {
  let terminal: Terminal
  let count = 0

  beforeAll(async () => {
    if (missing(shell)) return
    terminal = openTerminal(shell.argv(shell.program), { env, columns: 100, rows: 40 })
    await terminal.type(`${shell.setup}; echo re''ady\r`)
    await terminal.waitFor(/^ready\n>/m)
  })
  afterAll(() => terminal?.kill())

  /**
   * What stands on the line after Tab, without what a shell adds for the next word. A mark that is typed behind tells
   * when it is done. The line is then erased: an interrupt would throw away some of what is typed next.
   */
  async function completed(typed: string): Promise<string> {
    count += 1
    const mark = `#${count}#`
    await terminal.type(`${typed}\t${mark}`)
    await terminal.waitFor(mark)
    const line = terminal.screen().find((row) => row.includes(mark)) ?? ''
    await terminal.type(ERASE)
    return line.replace(/^.*?hardenctl/, 'hardenctl').replace(/[ ,=]?#\d+#.*$/, '')
  }

  it.skipIf(missing(shell)).each([...shell.lines])('%s becomes %s', async (typed, expected) => {
    expect(await completed(typed)).toBe(expected)
  })

  it.skipIf(missing(shell)).each([...shell.wrong])('%s gets nothing', async (typed) => {
    expect(await completed(typed)).toBe(typed)
  })
})

describe('in fish', () => {
  function offered(typed: string): string[] {
    const argv = ['--no-config', '-c', 'source $HOME/hardenctl.fish; complete -C $argv[1]', typed]
    const { stdout, stderr } = spawnSync('fish', argv, { env, encoding: 'utf8' })
    expect(stderr).toBe('')
    return stdout.split('\n').flatMap((line) => line.split('\t')[0]?.replace(/=$/, '') || [])
  }

  it.skipIf(!has('fish')).each(LINES)('%s becomes %s', (typed, expected) => {
    expect(offered(typed)).toEqual([expected.split(' ').at(-1)])
  })

  it.skipIf(!has('fish')).each(WRONG)('%s gets nothing', (typed) => {
    expect(offered(typed)).toEqual([])
  })
})

describe.each([
  ['bash', bashCompletion],
  ['zsh', zshCompletion],
  ['fish', fishCompletion],
])('the completion for %s', (shell, completion) => {
  it.each(COMMANDS as readonly CommandDefinition[])('has all of $name', ({ name, options }) => {
    const text = completion()
    expect(text).toMatch(new RegExp(`\\b${name}\\b`))
    for (const option of options) {
      expect(text).toContain(shell === 'fish' ? `-l ${option.name} ` : `--${option.name}`)
      for (const word of option.words ?? []) expect(text).toContain(word)
    }
  })
})
