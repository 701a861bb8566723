import type { RootWish } from './roots.ts'

/** Releases of Debian by their systemd; the roots of 252 and 257 have all services of the other tests. */
export const RELEASES: readonly (RootWish & { systemd: number })[] = [
  { systemd: 247, suite: 'bullseye', packages: ['redis-server'] },
  { systemd: 252, suite: 'bookworm' },
  { systemd: 257, suite: 'trixie' },
  { systemd: 262, suite: 'sid', packages: ['redis-server'] },
]
