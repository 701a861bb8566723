import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { openTerminal, type Terminal, type TerminalOptions } from '../driver.ts'

// Each starts a Node of its own, and waits for seconds to go by on its screen.
vi.setConfig({ testTimeout: 60_000 })

const UP = '\x1b[A'
const DOWN = '\x1b[B'
const ENTER = '\r'
const CLEARS_SCROLLBACK = '\x1b[3J'

let folder: string
let fixture: string
/** Killed at the end, whatever became of their tests. */
const open: Terminal[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wizard-'))
  fixture = join(folder, 'fixture.js')
  await build({
    entryPoints: [join(import.meta.dirname, 'wizard-fixture.tsx')],
    outfile: fixture,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    jsx: 'automatic',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'no-devtools',
        setup(bundle) {
          bundle.onResolve({ filter: /^react-devtools-core$/ }, () => ({ path: 'none', namespace: 'none' }))
          bundle.onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export default {}' }))
        },
      },
    ],
  })
})

afterAll(async () => {
  for (const terminal of open) terminal.kill()
  await rm(folder, { recursive: true, force: true })
})

const ENVIRONMENT = {
  PATH: process.env.PATH ?? '',
  TERM: 'xterm-256color',
  LANG: 'C.UTF-8',
  PACE: '300',
}

function start(what: string, options: TerminalOptions = {}): Terminal {
  const terminal = openTerminal([process.execPath, fixture, what], {
    columns: 80,
    rows: 24,
    ...options,
    env: { ...ENVIRONMENT, ...options.env },
  })
  open.push(terminal)
  return terminal
}

function lines(terminal: Terminal, wanted: string | RegExp): string[] {
  return terminal.history().filter((line) => line.match(wanted))
}

/** From the baseline to the list of the first stage. The footer says when keys count. */
async function walkToStage(terminal: Terminal): Promise<void> {
  await terminal.waitFor('Enter measure')
  await terminal.press('enter')
  await terminal.waitFor('Enter review')
}

/** On to the question whether to keep. */
async function walkToKeep(terminal: Terminal): Promise<void> {
  await walkToStage(terminal)
  await terminal.press('enter')
  await terminal.waitFor('Enter do it')
  await terminal.press('enter')
  await terminal.waitFor('Enter answer', 15_000)
}

// Side by side: each of them waits for the clock on its screen.
describe.concurrent.each([
  [80, 24],
  [60, 20],
])('the wizard on a terminal of %i×%i', (columns, rows) => {
  it('walks to the end, leaves the scrollback alone and says everything once', async () => {
    const terminal = start('walk', { columns, rows })
    await walkToKeep(terminal)
    await terminal.type('y')
    await terminal.waitFor('System calls')
    await terminal.waitFor('Enter review')
    await terminal.type('q')
    await terminal.waitFor('Press q again')
    await terminal.type('q')
    await terminal.waitFor('Enter leave')
    await terminal.press('enter')
    expect(await terminal.ended()).toEqual({ exitCode: 0, signal: 0 })
    expect(terminal.written()).not.toContain(CLEARS_SCROLLBACK)
    expect(lines(terminal, /^✔ 1 Capabilities/)).toHaveLength(1)
    expect(lines(terminal, /^✔ 3 Filesystem/)).toHaveLength(1)
    expect(lines(terminal, /^NoNewPrivileges=yes/)).toHaveLength(1)
    expect(lines(terminal, /hardenctl undo apache2/)).toHaveLength(1)
    // Frames that were drawn one row off would leave their old rows behind.
    expect(lines(terminal, /LIVE SERVICE/)).toHaveLength(0)
  })

  it.each(['stage', 'broken', 'confirm', 'confirm-all', 'trial', 'keep', 'failed', 'done', 'baseline'])(
    'redraws in place: %s',
    async (what) => {
      const terminal = start(what, { columns, rows })
      await terminal.waitFor('LIVE SERVICE')
      await pause(700)
      const before = terminal.screen()
      await terminal.type('?')
      await terminal.waitFor('This screen')
      await terminal.type('x')
      await terminal.waitUntilGone('This screen')
      await pause(300)
      if (what !== 'trial' && what !== 'keep') expect(terminal.screen()).toEqual(before)
      await pause(2100)
      expect(lines(terminal, /LIVE SERVICE/)).toHaveLength(1)
      expect(lines(terminal, /A timer undoes the change|hardenctl rolls back in/).length).toBeLessThanOrEqual(
        1,
      )
      expect(terminal.screen().length - terminal.screen().findIndex((line) => line !== '')).toBeGreaterThan(1)
      expect(terminal.written()).not.toContain(CLEARS_SCROLLBACK)
      terminal.kill()
    },
  )
})

it('puts the first frame in the place of what was drawn before Ink was there', async () => {
  const terminal = start('looking')
  await terminal.waitFor('Looking at the processes')
  expect(terminal.written()).toMatch(/^\r\nhardenctl · apache2\.service · looking\r\nLIVE SERVICE\r\n/)
  expect(lines(terminal, /LIVE SERVICE/)).toHaveLength(1)
  expect(lines(terminal, /· looking/)).toHaveLength(1)
  expect(terminal.screen().slice(0, 3)).toEqual([
    '',
    'hardenctl · apache2.service · looking',
    expect.stringMatching(/^LIVE SERVICE +exposure 9\.2 UNSAFE$/),
  ])
})

describe('keys', () => {
  it('that come in one read do what they say, in order', async () => {
    const terminal = start('walk')
    await walkToStage(terminal)
    await terminal.type(`${DOWN}${DOWN} ${DOWN} ${UP}`)
    await terminal.waitFor(/▸ \[ \] ProtectHome/)
    await terminal.waitFor(/ {2}\[ \] PrivateDevices/)
    expect(terminal.screen().join('\n')).toMatch(/\[x\] ProtectSystem/)
  })

  it('typed during a trial are neither shown nor answer what comes next', async () => {
    const terminal = start('walk')
    await walkToStage(terminal)
    await terminal.press('enter')
    await terminal.waitFor('Enter do it')
    await terminal.press('enter')
    await terminal.waitFor('hardenctl tries the change')
    while (!terminal.screen().join('\n').includes('Keep it?')) await terminal.type(`zz1${ENTER}n`)
    await terminal.waitFor('Enter answer')
    expect(terminal.screen().join('\n')).toContain('Keep it?')
    expect(lines(terminal, 'zz1')).toHaveLength(0)
  })

  it('cost little on a slow line', async () => {
    const terminal = start('stage')
    await terminal.waitFor('Enter review')
    const before = terminal.bytes()
    await terminal.press('down')
    await expect.poll(() => terminal.bytes() - before).toBeGreaterThan(0)
    await pause(200)
    expect(terminal.bytes() - before).toBeLessThan(1500)
  })

  it('Ctrl-C says at once what happens, and ends with the code of the session', async () => {
    const terminal = start('walk')
    await walkToStage(terminal)
    await terminal.press('ctrl-c')
    await terminal.waitFor('hardenctl restores the last proven state', 1000)
    expect(await terminal.ended()).toEqual({ exitCode: 130, signal: 0 })
    expect(terminal.history().join('\n')).toContain('intents: measure interrupt')
  })
})

describe('proofs that move by themselves', () => {
  it('leave cursor, keys and lines where they are', async () => {
    const terminal = start('proving', { env: { PACE: '60' } })
    await terminal.waitFor('Enter review')
    await terminal.press('down')
    await terminal.type(`${DOWN}${DOWN}`)
    await terminal.waitFor(/▸ \[x\] PrivateDevices=yes .*✖ BREAKS/)
    await terminal.waitFor(/ProcSubset=pid .*\? not provable/)
    expect(terminal.screen().join('\n')).toContain('Together: proven in a clone')
    expect(terminal.screen().filter((line) => line.includes('▸'))).toHaveLength(1)
    expect(lines(terminal, /ProtectHome=yes/)).toHaveLength(1)
    expect(lines(terminal, /Together:/)).toHaveLength(1)
    expect(terminal.written()).not.toContain(CLEARS_SCROLLBACK)
  })

  it('write nothing between two steps, and little for one', async () => {
    const terminal = start('proving', { env: { PACE: '2500' } })
    await terminal.waitFor('Rows: 0 of 5 done')
    await terminal.waitFor('Enter review')
    await pause(300)
    const before = terminal.bytes()
    await pause(900)
    expect(terminal.bytes()).toBe(before)
    await terminal.waitFor('Together: being proven in a clone')
    await pause(200)
    expect(terminal.bytes() - before).toBeGreaterThan(0)
    expect(terminal.bytes() - before).toBeLessThan(1000)
  })
})

describe('a terminal that changes its size', () => {
  it.each([
    [60, 20],
    [50, 14],
    [120, 40],
  ])('to %i×%i is drawn anew, with its history and nothing left over', async (columns, rows) => {
    const terminal = start('walk')
    await walkToStage(terminal)
    terminal.resize(columns, rows)
    await pause(600)
    const shown = terminal.screen()
    expect(shown.filter((line) => line.includes('LIVE SERVICE'))).toHaveLength(1)
    expect(shown.filter((line) => line.includes('ProtectHome=yes'))).toHaveLength(1)
    expect(shown.filter((line) => line.startsWith('✔ 1 Capabilities'))).toHaveLength(1)
    await terminal.type(`${DOWN}`)
    await terminal.waitFor('▸ [x] ReadWritePaths')
    expect(terminal.screen().filter((line) => line.includes('▸'))).toHaveLength(1)
    expect(terminal.written()).not.toContain(CLEARS_SCROLLBACK)
  })

  it('many times in a row still ends well', async () => {
    const terminal = start('keep')
    await terminal.waitFor('Enter answer')
    for (let width = 79; width > 55; width -= 2) {
      terminal.resize(width, 24 - (width % 7))
      await pause(15)
    }
    await pause(1500)
    expect(terminal.screen().filter((line) => line.includes('Keep it?'))).toHaveLength(1)
    expect(terminal.screen().filter((line) => line.includes('rolls back in'))).toHaveLength(1)
    expect(terminal.written()).not.toContain(CLEARS_SCROLLBACK)
  })
})

describe.concurrent('terminals that can do less', () => {
  it('without UTF-8 get ASCII only', async () => {
    const terminal = start('failed', { env: { LANG: 'C' } })
    await terminal.waitFor('Enter do it')
    await terminal.type('?')
    await terminal.waitFor('This screen')
    expect(terminal.written()).not.toMatch(/[^\x00-\x7f]/)
  })

  it('get no colours with NO_COLOR', async () => {
    const terminal = start('stage', { env: { NO_COLOR: '1' } })
    await terminal.waitFor('Enter review')
    expect(terminal.written()).not.toContain('\x1b[3')
    const coloured = start('stage')
    await coloured.waitFor('Enter review')
    expect(coloured.written()).toContain('\x1b[33m')
  })

  it('are painted in CI too', async () => {
    const terminal = start('stage', { env: { CI: 'true' } })
    await terminal.waitFor('Enter review')
  })

  it.each(['confirm', 'confirm-all', 'trial', 'keep', 'failed'])(
    'are told in words which machine it is: %s',
    async (what) => {
      const options = { columns: 60, rows: 20 }
      const clone = start(what, { ...options, env: { NO_COLOR: '1', TARGET: 'rehearsal' } })
      await clone.waitFor(/^REHEARSAL in a clone/m)
      expect(clone.screen().join('\n')).not.toContain('LIVE SERVICE')
      expect(clone.written()).not.toContain('\x1b[3')
      const live = start(what, { ...options, env: { NO_COLOR: '1' } })
      await live.waitFor(/^LIVE SERVICE/m)
      expect(live.screen().join('\n')).not.toContain('REHEARSAL')
    },
  )

  it('are read out: roles and states in words', async () => {
    const terminal = start('stage', { env: { INK_SCREEN_READER: 'true' } })
    await terminal.waitFor('Enter review')
    expect(terminal.history().join('\n')).toMatch(/option:.*checked.*ProtectSystem=strict/)
    const asked = start('keep', { env: { INK_SCREEN_READER: 'true' } })
    await asked.waitFor('Enter answer')
    const read = asked.history().join('\n')
    expect(read).toMatch(/timer: Without an answer hardenctl rolls back/)
    expect(read).toMatch(/listbox:.*option: \(selected\) Keep it/s)
  })
})

describe('a dropped connection', () => {
  it('does not end the program while it still has to bring the service back', async () => {
    const witness = join(folder, 'witness')
    const terminal = start('keep', { env: { WITNESS: witness } })
    await terminal.waitFor('Enter answer')
    terminal.hangUp()
    // The countdown goes on being drawn on a terminal that is no more.
    await pause(3500)
    expect(await readFile(witness, 'utf8')).toBe('brought back')
  })
})
