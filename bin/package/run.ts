import { spawn } from 'node:child_process'

/** Of Debian, by the program that each brings. */
const PACKAGES: Record<string, string> = {
  'dpkg-deb': 'dpkg',
  xz: 'xz-utils',
  'x86_64-linux-gnu-strip': 'binutils-x86-64-linux-gnu',
  'x86_64-linux-gnu-readelf': 'binutils-x86-64-linux-gnu',
  'aarch64-linux-gnu-strip': 'binutils-aarch64-linux-gnu',
  'aarch64-linux-gnu-readelf': 'binutils-aarch64-linux-gnu',
}

/** Runs a program to its end and returns what it wrote to standard output. Throws when it fails. */
export function run(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  const [program = '', ...rest] = argv
  const child = spawn(program, rest, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const pieces: Buffer[] = []
  child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      const brings = PACKAGES[program]
      const advice = brings === undefined ? '' : `; apt-get install ${brings} brings it`
      reject(new Error(`${program} could not be started: ${error.message}${advice}`))
    })
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(pieces).toString())
      else reject(new Error(`${argv.join(' ')} ended with ${code}`))
    })
  })
}
