import type { Host } from '../host/host.ts'

/** Of the user whose manager a unit is of. */
export interface UserFacts {
  home: string
  /** XDG_RUNTIME_DIR. */
  runtime: string
  /** The user may read the kernel's log, so that a call which a filter kills is seen. */
  readsKernelLog: boolean
}

/** Undefined for PID 1. Journald and the kernel decide who reads the kernel's log: only an attempt tells. */
export async function readUser({ manager, run }: Host): Promise<UserFacts | undefined> {
  if (manager.kind !== 'user') return undefined
  const { config: home, run: runtime } = manager.places
  const log = await run(['journalctl', '--no-pager', '-q', '-o', 'cat', '-n', '1', '_TRANSPORT=kernel'])
  return { home, runtime, readsKernelLog: log.exitCode === 0 && log.stdout !== '' }
}
