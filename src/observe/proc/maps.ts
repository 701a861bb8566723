/** What the mappings of a process tell. */
export interface Mappings {
  /** Files mapped executable, in order of appearance, without " (deleted)". */
  files: string[]
  /** Lines, as in maps, of memory that W^X would not allow. */
  executableMemory: string[]
}

const LINE = /^[0-9a-f]+-[0-9a-f]+ ([r-])([w-])([x-])[ps] [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ *(.*)$/

/** Mappings that the kernel itself makes executable, not the program. */
const OF_THE_KERNEL = new Set(['[vdso]', '[vsyscall]', '[vectors]', '[sigpage]', '[uprobes]'])

/**
 * Parses /proc/PID/maps (proc_pid_maps(5)). Memory that is both writable and executable, or executable with no
 * file on disk behind it, is what MemoryDenyWriteExecute= keeps a program from making: a JIT compiler at work.
 * Shared anonymous memory shows as "/dev/zero (deleted)" (PHP's JIT buffer), memfd as "/memfd:…", System V
 * memory as "/SYSV…".
 */
export function parseMaps(text: string): Mappings {
  const files = new Set<string>()
  const executableMemory: string[] = []
  for (const line of text.split('\n')) {
    const [, , write, execute, shown] = LINE.exec(line) ?? []
    if (execute !== 'x' || shown === undefined || OF_THE_KERNEL.has(shown)) continue
    const onDisk = isOnDisk(shown)
    if (onDisk) files.add(pathOfMapping(shown))
    if (write === 'w' || !onDisk) executableMemory.push(line)
  }
  return { files: [...files], executableMemory }
}

function isOnDisk(shown: string): boolean {
  return shown.startsWith('/') && !/^\/(memfd:|SYSV|dev\/zero|\[aio\])/.test(shown)
}

/** Only a newline is escaped in maps ("\012"); a backslash is not, so nothing else may be undone. */
function pathOfMapping(shown: string): string {
  return shown.replace(/ \(deleted\)$/, '').replaceAll('\\012', '\n')
}
