import { printableLine, printableText } from '../../host/printable.ts'
import { columns } from '../columns.ts'
import type { Block, CurvePoint, Section } from './blocks.ts'
import { pointWords } from './curve-picture.ts'

/**
 * Characters that may begin something in Markdown, HTML in it and formulas among them. Some are harmless inside or at
 * the end of a word, and stay, so that the text is read easily.
 */
const MARKUP = /[\\`*[\]{}<>#|~&$]|(?<![A-Za-z0-9])[_+-]|_(?![A-Za-z0-9])|(?<=^\d+)[.)]$|(?<=www)\.|:(?=\/)/gi

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
}

/** A span of code: nothing in it is a link, a name of somebody, or markup. */
function codeSpan(text: string): string {
  const fence = '`'.repeat(longestRun(text) + 1)
  const isNear = text.startsWith('`') || text.endsWith('`')
  return isNear ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`
}

/**
 * Text of others as one line of Markdown, in which nothing is markup. A word with @, or with # and a
 * number, becomes code: no backslash keeps it from being an address, somebody's name, or an issue's number.
 */
export function markdownText(text: string): string {
  return printableLine(text)
    .trim()
    .split(/\s+/)
    .map((word) => (/@|#\d/.test(word) ? codeSpan(word) : word.replace(MARKUP, '\\$&')))
    .join(' ')
}

const BAR = 40

function curveText(points: readonly CurvePoint[]): string {
  const rows = points.map((point) => [
    point.name,
    pointWords(point),
    '█'.repeat(Math.round((point.exposure / 10) * BAR)),
  ])
  return columns(rows).join('\n')
}

function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1))
  return `${fence}\n${printableText(text)}\n${fence}`
}

function blockText(block: Block, depth: number): string[] {
  switch (block.kind) {
    case 'text':
      return [markdownText(block.text)]
    case 'facts':
      return [
        block.facts.map(([name, value]) => `* **${markdownText(name)}**: ${markdownText(value)}`).join('\n'),
      ]
    case 'list':
      return [block.items.map((item) => `- ${markdownText(item)}`).join('\n')]
    case 'code':
      return [fenced(block.text)]
    case 'curve':
      return [fenced(curveText(block.points))]
    case 'section':
      return sectionText(block, depth + 1)
  }
}

function sectionText({ title, blocks }: Section, depth: number): string[] {
  return [
    `${'#'.repeat(depth)} ${markdownText(title)}`,
    ...blocks.flatMap((block) => blockText(block, depth)),
  ]
}

/** The report as Markdown of CommonMark, without HTML. Pure. */
export function reportMarkdown(report: Section): string {
  return `${sectionText(report, 1)
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}
