/** Where `env` finds programs: the PATH that systemd gives services (systemd.exec(5), "Environment Variables"). */
export const SEARCH_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** The interpreter of a script, and what it is told to start when it is env(1). */
export interface InterpreterLine {
  interpreter: string
  /** A bare name to be searched in SEARCH_PATH, or a path. */
  started?: string
}

/** Longest first line that the kernel reads (BINPRM_BUF_SIZE, execve(2)). */
const MAX_LINE = 256

/** Parses the "#!" line at the start of a file; undefined when there is none with an absolute path. */
export function parseInterpreterLine(bytes: Uint8Array): InterpreterLine | undefined {
  const line = new TextDecoder().decode(bytes.subarray(0, MAX_LINE)).split('\n')[0] ?? ''
  const [interpreter, ...words] = line.startsWith('#!')
    ? line
        .slice(2)
        .trim()
        .split(/[ \t]+/)
    : []
  if (!interpreter?.startsWith('/')) return undefined
  if (!/\/env$/.test(interpreter)) return { interpreter }
  const started = words.find((word) => !word.startsWith('-') && !word.includes('='))
  return started === undefined ? { interpreter } : { interpreter, started }
}
