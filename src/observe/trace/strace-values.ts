import { posix } from 'node:path'

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, v: 11, f: 12, r: 13, '"': 34, '\\': 92 }
const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|(.))/gs

/** Bytes above 126 are written as octal numbers, so a name of several bytes a letter is put together again. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text
  const bytes: Buffer[] = []
  let from = 0
  for (const match of text.matchAll(ESCAPE)) {
    const [whole, octal, hexadecimal, letter] = match
    bytes.push(Buffer.from(text.slice(from, match.index)))
    const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(hexadecimal ?? '', 16)
    bytes.push(
      Number.isNaN(code) ? Buffer.from([ESCAPES[letter as string] ?? 63]) : Buffer.from([code & 255]),
    )
    from = match.index + whole.length
  }
  bytes.push(Buffer.from(text.slice(from)))
  return Buffer.concat(bytes).toString('utf8')
}

/** The string that an argument is; undefined for a pointer, NULL, or one that strace cut off ("abc"...). */
export function stringOf(argument: string | undefined): string | undefined {
  if (argument === undefined || argument.length < 2) return undefined
  return argument.startsWith('"') && argument.endsWith('"') ? unescaped(argument.slice(1, -1)) : undefined
}

/** What -y says behind a descriptor, a path or "socket:[12]"; without the mark of a deleted file. */
export function decorationOf(argument: string | undefined): string | undefined {
  const open = argument?.indexOf('<') ?? -1
  if (argument === undefined || open < 0) return undefined
  const close = argument.lastIndexOf('>')
  if (close <= open) return undefined
  // -yy adds what kind of device it is, in the same brackets.
  const inner = argument.slice(open + 1, close).replace(/<(?:char|block) \d+:\d+>$/, '')
  return unescaped(inner).replace(/ \(deleted\)$/, '')
}

/** The file that a descriptor is open on. */
export function pathOfDescriptor(argument: string | undefined): string | undefined {
  const path = decorationOf(argument)
  return path?.startsWith('/') ? path : undefined
}

/**
 * The absolute path that a call names: relative ones begin at the directory descriptor before it, which is AT_FDCWD for
 * the working directory. Undefined when that is not known.
 */
export function pathOf(
  argument: string | undefined,
  directory: string | undefined,
  workingDirectory: string | undefined,
): string | undefined {
  const named = stringOf(argument)
  if (named === undefined) return argument === 'NULL' ? pathOfDescriptor(directory) : undefined
  if (named.startsWith('/')) return posix.normalize(named)
  const ofDescriptor = pathOfDescriptor(directory)
  const base = directory?.startsWith('AT_FDCWD') ? (ofDescriptor ?? workingDirectory) : ofDescriptor
  if (base === undefined) return undefined
  return named === '' ? base : posix.join(base, named)
}

/** "A|B|0x40" → its parts, also within "flags=A|B". */
export function flagsOf(argument: string | undefined): string[] {
  return (argument ?? '')
    .replace(/^[a-z_]+=/, '')
    .split('|')
    .map((flag) => flag.trim())
}

/** A decimal, octal or hexadecimal number, also one with a decoration behind it; undefined for any other text. */
export function numberOf(text: string | undefined): number | undefined {
  const digits = /^-?(?:0x[0-9a-f]+|\d+)/.exec(text ?? '')?.[0]
  if (digits === undefined) return undefined
  const octal = /^0[0-7]+$/.test(digits)
  return octal ? Number.parseInt(digits, 8) : Number(digits)
}

/** The error's name of a result: "-1 EPERM (Operation not permitted)". */
export function errnoOf(result: string): string | undefined {
  return /^-1 (E[A-Z0-9]+)\b/.exec(result)?.[1]
}

/** One field of a structure: sin_port in "{sa_family=AF_INET, sin_port=htons(80), …}". */
export function fieldOf(structure: string | undefined, name: string): string | undefined {
  const at = structure?.indexOf(`${name}=`) ?? -1
  if (structure === undefined || at < 0) return undefined
  const text = structure.slice(at + name.length + 1)
  if (text.startsWith('"')) return /^"(?:[^"\\]|\\.)*"/s.exec(text)?.[0]
  return /^[^,}]*/.exec(text)?.[0]
}
