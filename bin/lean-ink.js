// What would be loaded at the start and is never used: two thirds of the time to the first frame.
import { readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname } from 'node:path'
import { NARROW } from './narrow.js'

const WASM = /data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)/
const BUILTIN = new RegExp(`^(node:)?(${builtinModules.join('|')})$`)
/** How string-width knows a text that needs no look at its letters. */
const ONLY_ASCII = '/^[\\u0020-\\u007E]*$/'
const WASM_NAME = 'yoga-wasm'

const SEGMENTER = /new Intl\.Segmenter\(([^()]*)\)/

/** The first one reads all rules of Unicode for it, and what is ASCII needs none. */
function lateSegmenter(text, path) {
  if (!SEGMENTER.test(text))
    throw new Error(`${path} has changed: it makes no segmenter; see bin/lean-ink.js`)
  return text.replace(
    SEGMENTER,
    '((late) => ({ segment: (text) => (late ??= new Intl.Segmenter($1)).segment(text) }))()',
  )
}

function read(path, wanted) {
  const text = readFileSync(path, 'utf8')
  if (typeof wanted === 'string' ? !text.includes(wanted) : !text.match(wanted))
    throw new Error(`${path} has changed: ${wanted} is not in it; see bin/lean-ink.js`)
  return text
}

/** Yoga would be told to fetch() its own WebAssembly from a data: URL, for which Node loads an HTTP client. */
const YOGA = `
import loadYoga from '../binaries/yoga-wasm-base64-esm.js'
import wrapAssembly from './wrapAssembly.js'
import wasmBinary from '${WASM_NAME}'
export default wrapAssembly(await loadYoga({ wasmBinary }))
export * from './generated/YGEnums.js'
`

/** A plugin of esbuild. Fails when a package has changed so that it would no longer help. */
export const leanInk = {
  name: 'lean-ink',
  setup(plugin) {
    let wasm
    plugin.onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, ({ path }) => {
      const text = read(path, WASM)
      return { contents: text.replace(WASM, 'data:application/octet-stream;base64,') }
    })
    plugin.onLoad({ filter: /yoga-layout\/dist\/src\/index\.js$/ }, ({ path }) => {
      read(path, /await loadYoga\(\)/)
      wasm = new URL('../binaries/yoga-wasm-base64-esm.js', `file://${path}`).pathname
      return { contents: YOGA, resolveDir: dirname(path) }
    })
    plugin.onResolve({ filter: new RegExp(`^${WASM_NAME}$`) }, () => ({
      path: WASM_NAME,
      namespace: WASM_NAME,
    }))
    plugin.onLoad({ filter: /.*/, namespace: WASM_NAME }, () => ({
      contents: Buffer.from(read(wasm, WASM).match(WASM)[1], 'base64'),
      loader: 'binary',
    }))
    // An import of one of Node's modules asks it for all of its exports, and node:process and node:util load each part
    // of themselves only when asked: a good part of Node would be loaded, and never used.
    plugin.onResolve({ filter: BUILTIN }, ({ path }) => ({ path, namespace: 'builtin' }))
    plugin.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}')`,
    }))
    // Asked only for a size that the terminal does not know, and safeOutput always answers with one.
    plugin.onLoad({ filter: /terminal-size\/index\.js$/ }, () => ({
      contents: 'export default () => ({ columns: 80, rows: 24 })',
    }))
    // One arrow of a key's hint, and V8 compiles an expression of all emoji, which takes as long as half of Node's start.
    plugin.onLoad({ filter: /string-width\/index\.js$/ }, ({ path }) => ({
      contents: lateSegmenter(
        read(path, ONLY_ASCII).replace(ONLY_ASCII, () => `/${NARROW}/`),
        path,
      ),
    }))
    plugin.onLoad(
      { filter: /(?:wrap-ansi\/index|slice-ansi\/tokenize-ansi|ink\/build\/line-update)\.js$/ },
      ({ path }) => ({
        contents: lateSegmenter(read(path, SEGMENTER), path),
      }),
    )
    // React's developer tools, which are not a dependency, and what they are told.
    plugin.onLoad({ filter: /ink\/build\/reconciler\.js$/ }, ({ path }) => ({
      contents: read(path, /process\.env\['DEV'\] === 'true'/).replaceAll(
        "process.env['DEV'] === 'true'",
        'false',
      ),
    }))
  },
}
