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

/** Tries one lock file after the other until one is had, says so, and holds it until standard input ends. */
const HOLD_ONE = `while :; do
  for file; do
    exec 9>"$file"
    flock --nonblock 9 && echo locked && exec cat >/dev/null
  done
  sleep 0.2
done`

/**
 * Takes one of these locks, whichever is free first, and resolves with what gives it back. Other processes respect
 * them. flock(1) holds it and lets go when this process dies in whatever way, so that a lock never outlives its owner.
 */
export async function takeLock(...names: string[]): Promise<() => void> {
  const files = names.map((name) => join(cacheFolder(), `${name}.lock`))
  const holder = spawn('sh', ['-c', HOLD_ONE, 'sh', ...files], {
    stdio: ['pipe', 'pipe', 'inherit'],
    detached: true,
  })
  await new Promise<void>((resolve, reject) => {
    holder.once('error', reject)
    holder.once('exit', () => reject(new Error(`no lock of ${files.join(', ')} could be taken`)))
    createInterface({ input: holder.stdout }).once('line', () => resolve())
  })
  return () => holder.stdin.end()
}

/** Runs `work` while holding a lock that other processes respect. */
export async function withLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  const release = await takeLock(name)
  try {
    return await work()
  } finally {
    release()
  }
}
