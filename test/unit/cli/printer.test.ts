import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printableLine } from '../../../src/host/printable.ts'
import { printerTo } from '../../../src/host/printer.ts'
import { project } from '../../lab/kit/project.ts'

const HOSTILE = '\x1b]0;owned\x07\x9b2J\u202egnp.\u200b\u2066\u{e0041}\ud800'
const CONTROL =
  /[\x00-\x09\x0b-\x1f\x7f-\x9f]|\p{Bidi_Control}|\p{Default_Ignorable_Code_Point}|\p{Surrogate}/u

function streams() {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  return { printer: printerTo(stdout, stderr), stdout, stderr }
}

it.each([
  ['a C0 control', 'a\x07b', 'ab'],
  ['a C1 control', 'a\x85b', 'ab'],
  ['DEL', 'a\x7fb', 'ab'],
  ['a title', 'a\x1b]0;owned\x07b', 'ab'],
  ['an override of the direction', 'a\u202eb', 'ab'],
  ['an isolate', 'a\u2066b\u2069', 'ab'],
  ['the Arabic letter mark', 'a\u061cb', 'ab'],
  ['zero width', 'a\u200bb\u200dc\u2060d\u2064e\ufefff', 'abcdef'],
  ['a tag', 'a\u{e0001}\u{e0041}b', 'ab'],
  ['a filler', 'a\u3164b', 'ab'],
  ['half a character', 'a\ud800b', 'a\ufffdb'],
  ['a line break', 'a\nb\u2028c\rd', 'a bc d'],
  ['words of any script', 'été 日本語 😀', 'été 日本語 😀'],
])('%s in a line', (_, text, printed) => {
  expect(printableLine(text)).toBe(printed)
})

it('prints each line on its own stream, without what a terminal would obey', () => {
  const { printer, stdout, stderr } = streams()
  printer.out(`listens on /run/${HOSTILE}a`)
  printer.err(`hardenctl: ${HOSTILE}\nThe service is healthy.`)
  const [out, err] = [String(stdout.read()), String(stderr.read())]
  expect(out).not.toMatch(CONTROL)
  expect(out).toMatch(/^listens on \/run\/gnp\.\ufffda\n$/)
  expect(err).not.toMatch(CONTROL)
  expect(err.split('\n')).toHaveLength(2)
})

it('survives a reader that has gone', () => {
  const { printer, stdout } = streams()
  stdout.destroy(new Error('EPIPE'))
  expect(() => printer.out('a')).not.toThrow()
})

/** What draws a terminal itself, and the program whose standard output is a protocol. */
const OWN_OUTPUT = /^(ui\/|host\/printer\.ts$|host\/probe-main\.ts$)/

it('is what every line of src goes through', async () => {
  const folder = join(project, 'src')
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name))
  const found: string[] = []
  for (const file of files.filter((name) => !OWN_OUTPUT.test(name))) {
    const text = await readFile(join(folder, file), 'utf8')
    for (const [use] of text.matchAll(/\bconsole\.\w.*|\bprocess\.std(?:out|err)\b.*/g)) {
      const harmless = /^process\.stdout(\.isTTY|, process\.stderr\))/.test(use)
      if (!harmless) found.push(`${file}: ${use}`)
    }
  }
  expect(files.length).toBeGreaterThan(100)
  expect(found).toEqual([])
})

describe('the program', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(project, 'node_modules/.cache/hardenctl-cli-'))
    await build({
      entryPoints: [join(project, 'src/cli/main.ts')],
      outfile: join(folder, 'main.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
      define: { HARDENCTL_VERSION: '"0.0.0"' },
    })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  const run = (...args: string[]) =>
    new Promise<{ code: unknown; text: string }>((resolve) => {
      execFile(process.execPath, [join(folder, 'main.mjs'), ...args], (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, text: stdout + stderr }),
      )
    })

  it.each([
    ['an option', ['a', '--\x1b]0;owned\x07\x1b[2J']],
    ['a unit', ['\x1b]0;owned\x07a.service', '--yes', '--check', 'tcp:\x1b[2J']],
    ['a unit to undo', ['undo', 'a.timer\u202e\x9b2J']],
    ['a unit to show', ['status', '\x1b]0;owned\x07/a']],
  ])('says in one line without escapes what is wrong with %s', async (_, args) => {
    const { code, text } = await run(...args)
    expect(code).not.toBe(0)
    expect(text).toMatch(/^hardenctl: .+\n$/)
    expect(text).not.toMatch(CONTROL)
  })
})
