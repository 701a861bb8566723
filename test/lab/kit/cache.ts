import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Folder outside the checkout for what is slow to make: root file systems, a Node binary. */
export function cacheFolder(): string {
  const folder =
    process.env.HARDENCTL_LAB_CACHE ?? join(process.env.XDG_CACHE_HOME ?? '/var/cache', 'hardenctl-lab')
  mkdirSync(folder, { recursive: true })
  return folder
}

/**
 * Runs `work` while holding a lock that other processes respect. flock(1) holds it, and lets go when this
 * process dies in whatever way, so that a lock never outlives its owner.
 */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const file = join(cacheFolder(), `${name}.lock`)
  const holder = spawn('flock', [file, 'sh', '-c', 'echo locked; cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once('error', reject)
      holder.once('exit', () => reject(new Error(`flock ${file} ended early`)))
      createInterface({ input: holder.stdout }).once('line', () => resolve())
    })
    return await work()
  } finally {
    holder.stdin.end()
  }
}
