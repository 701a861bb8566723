import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder, withLock } from './cache.ts'
import { command } from './command.ts'

/** What every lab has besides its services: systemd, what hardenctl calls, and what Node's binary links. */
const BASE_PACKAGES = [
  'systemd',
  'systemd-sysv',
  'dbus',
  'curl',
  'strace',
  'procps',
  'iproute2',
  'libcap2-bin',
  'libstdc++6',
  'sudo',
  'logrotate',
]

const SERVICE_PACKAGES = [
  'apache2',
  'cron',
  'mosquitto',
  'nginx',
  'openssh-server',
  'php-fpm',
  'postgresql',
  'redis-server',
  'wrk',
]

/** What the field cases are made of; in a root of their own, so that the one that other labs share does not grow. */
export const CASE_PACKAGES: readonly string[] = [
  'at',
  'autofs',
  'bind9-dnsutils',
  'busybox-static',
  'collectd-core',
  'fail2ban',
  'fcgiwrap',
  'git',
  'munin-node',
  'netcat-openbsd',
  'nftables',
  'nginx-light',
  'nut-client',
  'nut-server',
  'postfix',
  'proftpd-core',
  'rsync',
  'subversion',
  'supervisor',
  'tftpd-hpa',
  'unbound',
  'xinetd',
]

export interface RootWish {
  /** Debian's name of the release, for example bookworm. */
  suite: string
  /** Packages besides the base; one root with all services serves all tests of a suite. */
  packages?: readonly string[]
}

function packagesOf(wish: RootWish): string[] {
  return [...BASE_PACKAGES, ...(wish.packages ?? SERVICE_PACKAGES)].sort()
}

function folderOf(wish: RootWish): string {
  // This file is part of the key: a root built by an older recipe is not taken for a current one.
  const key = createHash('sha256').update([RECIPE, ...packagesOf(wish)].join('\n'))
  return join(cacheFolder(), `${wish.suite}-${key.digest('hex').slice(0, 12)}`)
}

/** Raised when what `build` makes changes. */
const RECIPE = '1'

/** True when the root is there already, so that asking for it costs nothing. */
export function rootIsCached(wish: RootWish): boolean {
  return existsSync(folderOf(wish))
}

/**
 * A Debian root file system in the cache, built at the first call (half a minute). Labs lay an overlay over
 * it; nothing ever writes to it.
 */
export async function rootFileSystem(wish: RootWish): Promise<string> {
  const folder = folderOf(wish)
  if (existsSync(folder)) return folder
  return withLock(wish.suite, async () => {
    if (!existsSync(folder)) {
      const unfinished = `${folder}.unfinished`
      rmSync(unfinished, { recursive: true, force: true })
      await build(wish, unfinished)
      await rename(unfinished, folder)
    }
    return folder
  })
}

async function build(wish: RootWish, folder: string): Promise<void> {
  const argv = [
    'mmdebstrap',
    '--variant=minbase',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    '--dpkgopt=path-exclude=/usr/share/locale/*',
    // A mirror of the moving release may lag behind what its own file allows.
    ...(wish.suite === 'sid' ? ['--aptopt=Acquire::Check-Valid-Until "false"'] : []),
    `--include=${packagesOf(wish).join(',')}`,
    wish.suite,
    folder,
  ]
  const built = await command(argv, { timeoutMs: 600_000 })
  if (built.exitCode !== 0) {
    rmSync(folder, { recursive: true, force: true })
    const said = built.stderr.trim().split('\n').slice(-5).join('\n')
    throw new Error(`mmdebstrap could not build ${wish.suite}:\n${said}`)
  }
  leaveServicesOff(folder)
  stayOffTheNetwork(folder)
}

/** Packages enable their services, and two web servers would fight for port 80. A lab starts what it is asked for. */
function leaveServicesOff(folder: string): void {
  for (const target of ['multi-user.target.wants', 'timers.target.wants']) {
    const wants = join(folder, 'etc/systemd/system', target)
    if (!existsSync(wants)) continue
    for (const name of readdirSync(wants)) {
      if (!name.endsWith('.target')) rmSync(join(wants, name))
    }
  }
}

/** Drops the archive's address, which mmdebstrap wrote: a lab has no network and should not try. */
function stayOffTheNetwork(folder: string): void {
  const sources = join(folder, 'etc/apt/sources.list')
  if (existsSync(sources) && readFileSync(sources, 'utf8') !== '') writeFileSync(sources, '')
}
