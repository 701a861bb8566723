/** What the headers of an ELF file tell; elf(5). */
export interface ElfHeader {
  bits: 32 | 64
  /** PT_INTERP, the dynamic loader; absent for a static program or when it lies beyond the bytes given. */
  interpreter?: string
}

const MAGIC = 0x7f454c46
const CLASS_AT = 4
const DATA_AT = 5
const CLASS_64 = 2
const LITTLE_ENDIAN = 1
const PT_INTERP = 3

/** Offsets in Elf32_Ehdr, Elf32_Phdr and their 64-bit forms. */
const LAYOUT = {
  32: { phoff: 28, phentsize: 42, phnum: 44, offset: 4, fileSize: 16, header: 52 },
  64: { phoff: 32, phentsize: 54, phnum: 56, offset: 8, fileSize: 32, header: 64 },
} as const

/** Reads the start of a file; undefined when it is no ELF file. Headers that point outside the bytes are ignored. */
export function parseElf(bytes: Uint8Array): ElfHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < LAYOUT[32].header || view.getUint32(0) !== MAGIC) return undefined
  const bits = bytes[CLASS_AT] === CLASS_64 ? 64 : 32
  const layout = LAYOUT[bits]
  if (bytes.length < layout.header) return { bits }
  const little = bytes[DATA_AT] === LITTLE_ENDIAN
  const address = (at: number) =>
    bits === 64 ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)

  const start = address(layout.phoff)
  const size = view.getUint16(layout.phentsize, little)
  const count = view.getUint16(layout.phnum, little)
  for (let index = 0; index < count; index++) {
    const at = start + index * size
    if (at + layout.fileSize + 8 > bytes.length) break
    if (view.getUint32(at, little) !== PT_INTERP) continue
    const offset = address(at + layout.offset)
    const end = offset + address(at + layout.fileSize)
    if (end > bytes.length) break
    return { bits, interpreter: new TextDecoder().decode(bytes.subarray(offset, end)).replace(/\0.*$/s, '') }
  }
  return { bits }
}
