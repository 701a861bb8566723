import { posix } from 'node:path'
import type { FileUse } from './learned.ts'
import { splitArguments, type TracedCall } from './strace-line.ts'
import { decorationOf, fieldOf, flagsOf, pathOf, pathOfDescriptor } from './strace-values.ts'

interface UsedFile {
  path: string | undefined
  uses: FileUse[]
}

type Reader = (args: string[], directory: string | undefined, result: string) => UsedFile[]

/** A use of the one path that is the first argument, or the second one after a directory descriptor. */
function named(...uses: FileUse[]): Reader {
  return ([path], directory) => [{ path: pathOf(path, 'AT_FDCWD', directory), uses }]
}
function namedAt(...uses: FileUse[]): Reader {
  return ([at, path], directory) => [{ path: pathOf(path, at, directory), uses }]
}
function descriptor(...uses: FileUse[]): Reader {
  return ([file]) => [{ path: pathOfDescriptor(file), uses }]
}

function usesOf(flags: readonly string[]): FileUse[] {
  const writes = ['O_WRONLY', 'O_RDWR', 'O_TRUNC'].some((flag) => flags.includes(flag))
  const makes = flags.includes('O_CREAT') || flags.includes('O_TMPFILE')
  return [
    ...(flags.includes('O_WRONLY') ? [] : ['read' as const]),
    ...(writes ? ['write' as const] : []),
    ...(makes ? ['create' as const] : []),
  ]
}

/** What was opened stands behind the descriptor with links followed; after a failure only what was asked for is known. */
function opened(path: string | undefined, flags: readonly string[], result: string): UsedFile[] {
  if (flags.includes('O_PATH')) return []
  const real = decorationOf(result)
  const unnamed = flags.includes('O_TMPFILE')
  if (real !== undefined && !real.startsWith('/')) return []
  return [{ path: unnamed ? path : (real ?? path), uses: usesOf(flags) }]
}

function renamed(from: string | undefined, to: string | undefined): UsedFile[] {
  return [
    { path: from, uses: ['remove'] },
    { path: to, uses: ['create'] },
  ]
}

const FIRST_OF_SOCKET = /^"(?:\\0|@)/

/** The file of a Unix socket: none for an abstract name, which strace writes as @"name". */
function socketFile(address: string | undefined, directory: string | undefined): string | undefined {
  if (!address?.includes('sa_family=AF_UNIX')) return undefined
  const path = fieldOf(address, 'sun_path')
  return path === undefined || FIRST_OF_SOCKET.test(path) ? undefined : pathOf(path, 'AT_FDCWD', directory)
}

const READERS: Readonly<Record<string, Reader>> = {
  open: ([path, flags], directory, result) =>
    opened(pathOf(path, 'AT_FDCWD', directory), flagsOf(flags), result),
  openat: ([at, path, flags], directory, result) =>
    opened(pathOf(path, at, directory), flagsOf(flags), result),
  openat2: ([at, path, how], directory, result) =>
    opened(pathOf(path, at, directory), flagsOf(fieldOf(how, 'flags')), result),
  creat: named('write', 'create'),
  truncate: named('write'),
  mkdir: named('create'),
  mkdirat: namedAt('create'),
  mknod: named('create'),
  mknodat: namedAt('create'),
  symlink: ([, path], directory) => [{ path: pathOf(path, 'AT_FDCWD', directory), uses: ['create'] }],
  symlinkat: ([, at, path], directory) => [{ path: pathOf(path, at, directory), uses: ['create'] }],
  link: ([, path], directory) => [{ path: pathOf(path, 'AT_FDCWD', directory), uses: ['create'] }],
  linkat: ([, , at, path], directory) => [{ path: pathOf(path, at, directory), uses: ['create'] }],
  unlink: named('remove'),
  unlinkat: namedAt('remove'),
  rmdir: named('remove'),
  rename: ([from, to], directory) =>
    renamed(pathOf(from, 'AT_FDCWD', directory), pathOf(to, 'AT_FDCWD', directory)),
  renameat: ([fromAt, from, toAt, to], directory) =>
    renamed(pathOf(from, fromAt, directory), pathOf(to, toAt, directory)),
  chown: named('owner'),
  lchown: named('owner'),
  fchown: descriptor('owner'),
  fchownat: namedAt('owner'),
  chmod: named('mode'),
  fchmod: descriptor('mode'),
  fchmodat: namedAt('mode'),
  fchmodat2: namedAt('mode'),
  utime: named('attributes'),
  utimes: named('attributes'),
  utimensat: namedAt('attributes'),
  setxattr: named('attributes'),
  lsetxattr: named('attributes'),
  fsetxattr: descriptor('attributes'),
  removexattr: named('attributes'),
  chdir: named('read'),
  execve: named('execute'),
  execveat: namedAt('execute'),
  mmap: ([, , protection, , file]) =>
    flagsOf(protection).includes('PROT_EXEC') ? [{ path: pathOfDescriptor(file), uses: ['map'] }] : [],
  connect: ([, address], directory) => [{ path: socketFile(address, directory), uses: ['connect'] }],
  bind: ([, address], directory) => [{ path: socketFile(address, directory), uses: ['create'] }],
  sendto: ([, , , , address], directory) => [{ path: socketFile(address, directory), uses: ['connect'] }],
}
const SAME: Readonly<Record<string, string>> = {
  renameat2: 'renameat',
  chown32: 'chown',
  lchown32: 'lchown',
  fchown32: 'fchown',
  mmap2: 'mmap',
  utimensat_time64: 'utimensat',
}

/** Calls that name a file as their first arguments do, for what else they fail at: stat, access, readlink. */
function asked(args: readonly string[], directory: string | undefined): string | undefined {
  const [first, second] = args
  if (first?.startsWith('"')) return pathOf(first, 'AT_FDCWD', directory)
  if (second?.startsWith('"')) return pathOf(second, first, directory)
  return pathOfDescriptor(first)
}

/** Files that a call uses, whether or not it succeeded; a path that is not known is left out. */
export function usedFiles(
  { name, args, result }: TracedCall,
  directory: string | undefined,
): { path: string; uses: FileUse[] }[] {
  const read = READERS[SAME[name] ?? name]
  if (read === undefined) return []
  return read(splitArguments(args), directory, result).flatMap(({ path, uses }) =>
    path === undefined ? [] : [{ path: posix.normalize(path), uses }],
  )
}

/** The one path that a failed call is told with. */
export function pathOfFailure(call: TracedCall, directory: string | undefined): string | undefined {
  const [used] = usedFiles(call, directory)
  return used?.path ?? asked(splitArguments(call.args), directory)
}
