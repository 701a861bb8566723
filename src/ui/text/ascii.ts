/** One character for one character, so that nothing moves: layout is done before this. */
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
  return text.replace(/[^\x00-\x7f]/gu, (letter) => TWINS[letter] ?? '?')
}
