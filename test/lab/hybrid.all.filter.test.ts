import { describe, expect, it } from 'vitest'
import { walkAndUndo } from './kit/cgroup-walk.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

/** Of bullseye, as in releases-more, so that one root serves both. */
const PACKAGES = ['cron', 'nginx', 'openssh-server']

const NGINX = { service: 'nginx', options: [], processes: '3 processes', limitMs: 240_000 }

describe.skipIf(skipLab())(labTitle('nginx on a host with control groups of version 1'), () => {
  it.each([{ suite: 'bullseye', packages: PACKAGES }, { suite: 'bookworm' }, { suite: 'trixie' }])(
    'beside those of version 2 goes as far as with these alone: $suite',
    { timeout: 400_000 },
    async (root) => {
      const stdout = await walkAndUndo({ ...NGINX, ...root, cgroups: 'hybrid' })
      expect(stdout).toMatch(/^Exposure: stock 9\.6 .* System calls 1\.[45]$/m)
      expect(stdout.match(/rehearsed first in a clone/g)).toHaveLength(5)
    },
  )

  it('alone goes as far without a clone', { timeout: 400_000 }, async () => {
    const stdout = await walkAndUndo({ ...NGINX, cgroups: 'legacy' })
    expect(stdout).toMatch(/^Exposure: stock 9\.6 .* System calls 1\.[45]$/m)
    expect(
      stdout.match(/\(not rehearsed: systemd uses cgroup v1 alone here, and a clone needs v2\)/g),
    ).toHaveLength(5)
  })
})
