import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Licensed {
  name: string
  version: string
  licence: string
  text: string
}

/** The packages that these paths, relative to `root`, are in, by their names. */
export function packagesOf(root: string, paths: readonly string[]): Licensed[] {
  const folders = new Set(
    paths.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []),
  )
  return [...folders].sort().map((folder) => licensed(join(root, folder)))
}

function licensed(folder: string): Licensed {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one))
  const by = typeof author === 'object' ? author.name : author
  const text =
    file !== undefined && existsSync(join(folder, file))
      ? readFileSync(join(folder, file), 'utf8')
      : `Licensed under ${license}${by ? ` by ${by}` : ''}.`
  return { name, version, licence: String(license), text }
}

/** A text as a field of a Debian control file: each line begins with a blank, an empty one is a dot. */
function field(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd().replaceAll('\t', '  ')}`))
    .join('\n')
}

function holders(text: string): string {
  const found = text.split('\n').filter((line) => /^\W*(copyright|©)\b.*\d|^\W*copyright \(c\)/i.test(line))
  const names = found.map((line) => line.replace(/^\W*(copyright|©)\s*(\(c\)|©)?\s*/i, '').trim())
  return names.length === 0 ? 'its authors' : names.join('\n           ')
}

/**
 * The copyright file of Debian's policy: hardenctl's own licence, that of each package in the bundle, and Node's, which
 * names those of all that is in Node.
 */
export function copyrightFile(own: string, packages: readonly Licensed[], node: string): string {
  const paragraphs = [
    'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: hardenctl',
    `Files: *\nCopyright: ${holders(own)}\nLicense: MIT\n${field(own)}`,
    ...packages.map(
      ({ name, version, licence, text }) =>
        `Files: usr/lib/hardenctl/parts/*\nComment: The bundle has parts of ${name} ${version}.\nCopyright: ${holders(text)}\nLicense: ${licence}\n${field(text)}`,
    ),
    `Files: usr/lib/hardenctl/node\nComment: Node.js as its project builds it, without its symbols.\nCopyright: Node.js contributors, and the authors that the text names\nLicense: Node.js\n${field(node)}`,
  ]
  return `${paragraphs.join('\n\n')}\n`
}
