import stringWidth from 'string-width'

const letters = new Intl.Segmenter()

/** One column for one column, so that nothing moves: layout is done before this. */
const TWINS: Record<string, string> = {
  '→': '>',
  '−': '-',
  '–': '-',
  '—': '-',
  '·': '|',
  '•': '*',
  '…': '~',
  '×': 'x',
  '✔': '+',
  '✖': '!',
  '▸': '>',
  '❯': '>',
  '█': '#',
  '░': '.',
  '─': '-',
  '│': '|',
  '↑': '^',
  '↓': 'v',
  '“': '"',
  '”': '"',
  '‘': "'",
  '’': "'",
}

export function toAscii(text: string): string {
  return text.replace(/[^\x00-\x7f]+/g, (run) => [...letters.segment(run)].map(asciiOf).join(''))
}

function asciiOf({ segment }: Intl.SegmentData): string {
  return TWINS[segment] ?? '?'.repeat(stringWidth(segment))
}
