/** Offsets in Elf32_Ehdr, Elf32_Shdr, Elf32_Sym and their 64-bit forms; elf(5). */
const LAYOUT = {
  32: { shoff: 32, shentsize: 46, shnum: 48, offset: 16, size: 20, link: 24, symbol: 16, symbolSection: 14 },
  64: { shoff: 40, shentsize: 58, shnum: 60, offset: 24, size: 32, link: 40, symbol: 24, symbolSection: 6 },
} as const
const MAGIC = 0x7f454c46
const CLASS_AT = 4
const DATA_AT = 5
const HEADER = 64
const SHT_DYNSYM = 11
const SHN_UNDEF = 0
/** More than any program imports; a file that says so is not believed. */
const MAX_SYMBOLS = 200_000
/** No function of a C library has a longer name. */
const MAX_NAME = 128

/** Names of functions and data, without their versions. */
export interface DynamicNames {
  /** What an ELF file wants of its libraries. */
  imported: Set<string>
  /** What it has for others. */
  exported: Set<string>
}

/** Undefined where the bytes are no whole ELF file with section headers: then nobody knows. */
export function dynamicNames(bytes: Uint8Array): DynamicNames | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER || view.getUint32(0) !== MAGIC) return undefined
  const bits = bytes[CLASS_AT] === 2 ? 64 : 32
  const little = bytes[DATA_AT] === 1
  const at = LAYOUT[bits]
  const word = (offset: number) =>
    bits === 64 ? Number(view.getBigUint64(offset, little)) : view.getUint32(offset, little)
  const sectionSize = view.getUint16(at.shentsize, little)
  const count = view.getUint16(at.shnum, little)
  const sections = word(at.shoff)
  const section = (
    index: number,
  ): { type: number; offset: number; size: number; link: number } | undefined => {
    const start = sections + index * sectionSize
    if (index >= count || start + at.link + 4 > bytes.length) return undefined
    return {
      type: view.getUint32(start + 4, little),
      offset: word(start + at.offset),
      size: word(start + at.size),
      link: view.getUint32(start + at.link, little),
    }
  }
  for (let index = 0; index < count; index += 1) {
    const symbols = section(index)
    if (symbols?.type !== SHT_DYNSYM) continue
    const strings = section(symbols.link)
    if (strings === undefined) return undefined
    const names = { imported: new Set<string>(), exported: new Set<string>() }
    const last = Math.min(
      symbols.offset + symbols.size,
      bytes.length,
      symbols.offset + MAX_SYMBOLS * at.symbol,
    )
    for (let here = symbols.offset; here + at.symbol <= last; here += at.symbol) {
      const isWanted = view.getUint16(here + at.symbolSection, little) === SHN_UNDEF
      const name = textAt(bytes, strings.offset + view.getUint32(here, little))
      if (name !== '') names[isWanted ? 'imported' : 'exported'].add(name)
    }
    return names
  }
  return undefined
}

/** Names that an ELF file wants of its libraries. */
export function importedNames(bytes: Uint8Array): Set<string> | undefined {
  return dynamicNames(bytes)?.imported
}

function textAt(bytes: Uint8Array, start: number): string {
  if (start >= bytes.length) return ''
  const end = bytes.subarray(start, start + MAX_NAME).indexOf(0)
  return end < 0 ? '' : Buffer.from(bytes.subarray(start, start + end)).toString('latin1')
}
