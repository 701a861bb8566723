import { parseElf } from './elf.ts'
import { importedNames } from './elf-imports.ts'

/** Where a program of Go says what it was built with (debug/buildinfo). It calls the kernel itself, whatever it imports. */
const GO = Buffer.from('\u00ff Go buildinf:', 'latin1')
/**
 * Functions of Go by what they come to in C. Names of functions stay in a stripped program, and it has those alone that
 * it can reach. Whoever starts programs can start them as somebody else.
 */
const OF_GO: Readonly<Record<string, readonly string[]>> = {
  execve: ['os/exec.(*Cmd).Start', 'os.StartProcess', 'syscall.Exec'],
  setuid: ['os/exec.(*Cmd).Start', 'os.StartProcess', 'syscall.Setuid', 'syscall.Setresuid', 'unix.Setuid'],
  lchown: ['os.Chown', 'os.Lchown', 'syscall.Lchown', 'unix.Lchown'],
  fchmod: ['os.Chmod', 'syscall.fchmodat', 'unix.Fchmodat'],
  utimensat: ['os.Chtimes', 'syscall.UtimesNano', 'unix.UtimesNanoAt'],
  chroot: ['syscall.Chroot', 'unix.Chroot'],
  mount: ['syscall.Mount', 'unix.Mount'],
  getifaddrs: ['net.Interfaces', 'net.InterfaceAddrs'],
  connect: ['net.(*Dialer).Dial'],
  getaddrinfo: ['net.(*Resolver).lookupIPAddr'],
}

/** What a program of Go may call, by the names of C; undefined for any other. */
export function callsOfGo(bytes: Uint8Array): string[] | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!text.includes(GO)) return undefined
  return Object.entries(OF_GO).flatMap(([call, functions]) =>
    functions.some((name) => text.includes(name)) ? [call] : [],
  )
}

/** Whether nobody can read what a program calls: it brings the C library along, or has no table of its `imports`. */
export function isOpaque(bytes: Uint8Array, imports = importedNames(bytes)): boolean {
  const elf = parseElf(bytes)
  if (elf === undefined) return false
  return elf.interpreter === undefined || imports === undefined
}
