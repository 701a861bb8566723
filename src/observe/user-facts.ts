import type { Host } from '../host/host.ts'
import { perHost } from './per-host.ts'

/** Of the user whose manager a unit is of. */
export interface UserFacts {
  home: string
  /** XDG_RUNTIME_DIR. */
  runtime: string
  /** The user may read the kernel's log, so that a call which a filter kills is seen. */
  readsKernelLog: boolean
  /** The manager can give a service namespaces of its own; where it can't, it starts the service without them. */
  makesNamespaces: boolean
}

/** Each attempt takes a tenth of a second. */
const triedOut = perHost(tryOut)

/** Undefined for PID 1. */
export async function readUser(host: Host): Promise<UserFacts | undefined> {
  return host.manager.kind === 'user' ? triedOut(host) : undefined
}

/** Journald, the kernel and its security modules decide what a user may: only an attempt tells. */
async function tryOut(host: Host): Promise<UserFacts> {
  const { config: home, run: runtime } = host.manager.places
  const [readsKernelLog, makesNamespaces] = await Promise.all([canReadLog(host), canMakeNamespaces(host)])
  return { home, runtime, readsKernelLog, makesNamespaces }
}

async function canReadLog(host: Host): Promise<boolean> {
  const ask = ['journalctl', '--no-pager', '-q', '-o', 'cat', '-n', '1', '_TRANSPORT=kernel']
  const { exitCode, stdout } = await host.run(ask)
  return exitCode === 0 && stdout !== ''
}

/** Has the manager start a program with mounts of its own. */
async function canMakeNamespaces(host: Host): Promise<boolean> {
  const own = (await host.readlink('/proc/self/ns/mnt')) ?? ''
  const properties = ['Type=oneshot', 'ProtectSystem=yes'].map((line) => `--property=${line}`)
  const differs = ['/bin/sh', '-c', '[ "$(readlink /proc/self/ns/mnt)" != "$1" ]', 'sh', own]
  const { exitCode } = await host.run(['systemd-run', '--quiet', '--collect', ...properties, ...differs])
  return exitCode === 0
}
