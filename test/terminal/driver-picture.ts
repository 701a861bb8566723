import type { IBufferCell, Terminal } from '@xterm/headless'

const CELL = { width: 8.4, height: 18, size: 14 }
const MARGIN = { side: 14, top: 38, bottom: 14 }
const INK = '#d8dee9'
const PAPER = '#16191f'

/** The sixteen colours of the palette; the rest of the 256 is computed. */
const PALETTE = [
  '#3b4252',
  '#e06c75',
  '#8fc77a',
  '#e5c07b',
  '#61afef',
  '#c678dd',
  '#56b6c2',
  '#d8dee9',
  '#6b7486',
  '#f0868e',
  '#a6dd92',
  '#f2d399',
  '#82c4ff',
  '#d99aec',
  '#78d0db',
  '#ffffff',
]

interface Style {
  ink: string
  paper: string
  bold: boolean
  dim: boolean
  italic: boolean
  underlined: boolean
}

interface Run extends Style {
  column: number
  width: number
  text: string
}

/** What the terminal shows, as an SVG in the look of a terminal window. Rows that are blank at the end are left off. */
export function pictureOf(terminal: Terminal, title: string): string {
  const rows = rowsOf(terminal)
  const width = Math.ceil(terminal.cols * CELL.width + 2 * MARGIN.side)
  const height = rows.length * CELL.height + MARGIN.top + MARGIN.bottom
  const body = rows.flatMap((runs, y) => runs.map((run) => drawn(run, MARGIN.top + y * CELL.height)))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${width}" height="${height}" rx="8" fill="${PAPER}"/>`,
    ...['#e06c75', '#e5c07b', '#8fc77a'].map(
      (colour, index) => `<circle cx="${20 + index * 18}" cy="19" r="5.5" fill="${colour}"/>`,
    ),
    `<text x="${width / 2}" y="23" text-anchor="middle" font-family="system-ui, sans-serif" font-size="12" fill="#8b93a5">${escaped(title)}</text>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${CELL.size}" xml:space="preserve">`,
    ...body,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

function rowsOf(terminal: Terminal): Run[][] {
  const rows: Run[][] = []
  for (let y = 0; y < terminal.rows; y++) rows.push(runsOf(terminal, y))
  while (rows.at(-1)?.length === 0) rows.pop()
  return rows
}

function runsOf(terminal: Terminal, y: number): Run[] {
  const { active } = terminal.buffer
  const line = active.getLine(active.baseY + y)
  const runs: Run[] = []
  for (let column = 0; line && column < terminal.cols; column++) {
    const cell = line.getCell(column)
    if (!cell || cell.getWidth() === 0) continue // the second half of a wide character
    const style = styleOf(cell)
    const text = cell.getChars() || ' '
    const last = runs.at(-1)
    if (last && last.column + last.width === column && sameStyle(last, style)) {
      last.text += text
      last.width += cell.getWidth()
    } else {
      runs.push({ ...style, column, width: cell.getWidth(), text })
    }
  }
  return runs.filter((run) => run.text.trim() !== '' || run.paper !== PAPER)
}

function sameStyle(a: Style, b: Style): boolean {
  return (
    a.ink === b.ink &&
    a.paper === b.paper &&
    a.bold === b.bold &&
    a.dim === b.dim &&
    a.italic === b.italic &&
    a.underlined === b.underlined
  )
}

function styleOf(cell: IBufferCell): Style {
  const ink = colour(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor(), INK)
  const paper = colour(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor(), PAPER)
  const inverse = Boolean(cell.isInverse())
  return {
    ink: inverse ? paper : ink,
    paper: inverse ? ink : paper,
    bold: Boolean(cell.isBold()),
    dim: Boolean(cell.isDim()),
    italic: Boolean(cell.isItalic()),
    underlined: Boolean(cell.isUnderline()),
  }
}

function colour(isDefault: boolean, isRgb: boolean, value: number, fallback: string): string {
  if (isDefault) return fallback
  if (isRgb) return `#${value.toString(16).padStart(6, '0')}`
  return PALETTE[value] ?? colourOf256(value)
}

/** Colours 16 to 255: a cube of 6×6×6, then 24 greys. */
function colourOf256(value: number): string {
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step)
  const index = value - 16
  const grey = 8 + 10 * (value - 232)
  const parts =
    value >= 232
      ? [grey, grey, grey]
      : [level(Math.floor(index / 36)), level(Math.floor(index / 6) % 6), level(index % 6)]
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}

function drawn(run: Run, top: number): string {
  const x = (MARGIN.side + run.column * CELL.width).toFixed(1)
  const length = (run.width * CELL.width).toFixed(1)
  const paper =
    run.paper === PAPER
      ? ''
      : `<rect x="${x}" y="${top}" width="${length}" height="${CELL.height}" fill="${run.paper}"/>`
  if (run.text.trim() === '') return paper
  const attributes = [
    `x="${x}" y="${top + 13}" textLength="${length}" lengthAdjust="spacingAndGlyphs" fill="${run.ink}"`,
    ...(run.bold ? ['font-weight="700"'] : []),
    ...(run.dim ? ['opacity="0.65"'] : []),
    ...(run.italic ? ['font-style="italic"'] : []),
    ...(run.underlined ? ['text-decoration="underline"'] : []),
  ]
  return `${paper}<text ${attributes.join(' ')}>${escaped(run.text)}</text>`
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
