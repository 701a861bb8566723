import { spawn } from 'node:child_process'
import { ExpectedError } from './errors.ts'

export interface Lock {
  release(): void
}

/**
 * Locks a folder while this process lives: flock(1) holds the lock and ends with its standard input, so a kill -9
 * leaves neither lock nor file. Undefined if somebody else holds it. Not by execa, which runs a program to its end and
 * reads it.
 */
export function lockFolder(path: string): Promise<Lock | undefined> {
  return new Promise((resolve, reject) => {
    // flock makes a file of a name that is missing; of a folder that is missing it can't.
    const folder = `${path}/.`
    const child = spawn('/usr/bin/flock', ['--nonblock', '--conflict-exit-code', '75', folder, 'cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      detached: true,
    })
    child.on('error', reject)
    child.on('exit', (code) => {
      if (code === 75) resolve(undefined)
      else reject(new ExpectedError(`cannot lock ${path}`))
    })
    child.stdin.on('error', () => undefined)
    child.stdout.once('data', () => {
      child.unref()
      resolve({ release: () => child.stdin.end() })
    })
    child.stdin.write('held\n')
  })
}
