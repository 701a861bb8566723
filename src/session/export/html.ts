import { printableLine, printableText } from '../../host/printable.ts'
import type { Block, Section } from './blocks.ts'
import { curvePicture } from './curve-picture.ts'
import { REPORT_STYLE } from './html-style.ts'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapedText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

/** Text of others as text of HTML, also within quotes. */
function escaped(text: string): string {
  return escapedText(printableLine(text))
}

/** Nothing is fetched and nothing runs, whatever is in the texts. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

/** HTML has six levels of headings. */
const DEEPEST = 6

function blockHtml(block: Block, depth: number): string {
  switch (block.kind) {
    case 'text':
      return `<p>${escaped(block.text)}</p>`
    case 'facts':
      return `<dl>${block.facts.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`).join('\n')}</dl>`
    case 'list':
      return `<ul>${block.items.map((item) => `<li>${escaped(item)}</li>`).join('\n')}</ul>`
    case 'code':
      return `<pre>${escapedText(printableText(block.text))}</pre>`
    case 'curve':
      return `<figure>${curvePicture(block.points, escaped)}</figure>`
    case 'section':
      return `<section>${sectionHtml(block, depth + 1)}</section>`
  }
}

function sectionHtml({ title, blocks }: Section, depth: number): string {
  const level = Math.min(depth, DEEPEST)
  return [`<h${level}>${escaped(title)}</h${level}>`, ...blocks.map((block) => blockHtml(block, depth))].join(
    '\n',
  )
}

/** One page that needs nothing else: no script, nothing fetched. Pure. */
export function reportHtml(report: Section): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escaped(report.title)}</title>
<style>
${REPORT_STYLE}</style>
</head>
<body>
<main>
${sectionHtml(report, 1)}
</main>
</body>
</html>
`
}
