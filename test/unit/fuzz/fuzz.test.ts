import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generator, input } from './inputs.ts'
import { PARSERS } from './parsers.ts'

/** Inputs for each parser; more with HARDENCTL_FUZZ. */
const COUNT = Number(process.env.HARDENCTL_FUZZ ?? 2000)
/** No input may take longer: all are shorter than a page or two. */
const SLOWEST_MS = 500

/** Inputs that once broke something, or are of a kind that breaks parsers; each is given to every parser. */
const CORPUS = join(import.meta.dirname, 'corpus')

/** Milliseconds that it took; throws when the parser threw what is not its own refusal. */
function timeOf([, parse, refusal]: (typeof PARSERS)[number], bytes: Uint8Array): number {
  const text = Buffer.from(bytes).toString('utf8')
  const started = performance.now()
  try {
    parse(text, bytes)
  } catch (error) {
    const own = refusal !== undefined && error instanceof refusal
    expect(own, `${JSON.stringify(text)}: ${(error as Error).stack}`).toBe(true)
  }
  return performance.now() - started
}

describe('whatever it is given, the parser of', () => {
  it.each(PARSERS.map((parser) => ({ name: parser[0], parser })))(
    '$name neither throws nor hangs',
    ({ parser }) => {
      const random = generator(20_240_607)
      let slowest = 0
      for (let count = 0; count < COUNT; count += 1)
        slowest = Math.max(slowest, timeOf(parser, input(random)))
      expect(slowest).toBeLessThan(SLOWEST_MS)
    },
    1_200_000,
  )
})

describe('the kept corpus', () => {
  it.each(readdirSync(CORPUS))('%s breaks no parser', (file) => {
    const bytes = readFileSync(join(CORPUS, file))
    for (const parser of PARSERS) expect(timeOf(parser, bytes), parser[0]).toBeLessThan(SLOWEST_MS)
  })
})
