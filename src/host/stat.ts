import type { BigIntStats } from 'node:fs'
import type { FileKind, FileStat } from './host.ts'

function fileKind(stats: BigIntStats): FileKind {
  if (stats.isFile()) return 'file'
  if (stats.isDirectory()) return 'directory'
  if (stats.isSymbolicLink()) return 'link'
  if (stats.isSocket()) return 'socket'
  if (stats.isFIFO()) return 'fifo'
  return stats.isCharacterDevice() ? 'char' : 'block'
}

export function fileStat(stats: BigIntStats): FileStat {
  return {
    kind: fileKind(stats),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    mode: Number(stats.mode & 0o7777n),
    size: Number(stats.size),
    device: String(BigInt.asUintN(64, stats.dev)),
    // An overlay numbers files of other layers from 2⁶³ on, which Node reads as negative.
    inode: String(BigInt.asUintN(64, stats.ino)),
    links: Number(stats.nlink),
  }
}
