import { afterEach, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { watchWalk } from './kit/once-run.ts'
import { keptDropIn, leftovers, show } from './kit/subjects.ts'

/** Each fails with one word that names no cause. */
const GUILTY = {
  LockPersonality: 'setarch --addr-no-randomize true',
  RestrictNamespaces: 'unshare --user true',
}

let lab: Lab

afterEach(() => lab?.stop())

async function walkOver(guilty: (keyof typeof GUILTY)[]) {
  const lines = guilty.map((key) => `ExecStartPre=/bin/sh -c "${GUILTY[key]} 2>/dev/null || exit 1"`)
  lab = await bootLab({
    files: {
      '/etc/systemd/system/mute.service': [
        '[Service]',
        ...lines,
        'ExecStart=/usr/bin/sleep infinity',
        '',
      ].join('\n'),
    },
    setup: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'start', 'mute'],
    ],
  })
  const { walk } = await watchWalk(lab, 'mute.service', [
    'mute',
    '--yes',
    '--level',
    'tight',
    '--no-rehearsal',
    '--stages',
    'system',
    '--watch-seconds',
    '1',
  ])
  expect(walk.exitCode, walk.stdout).toBe(0)
  const system = walk.stdout.split('Stage 4 of 5')[1]?.split('Stage 5 of 5')[0] ?? ''
  const rows = system.split('\n').filter((line) => line.startsWith('  [x] ')).length
  const trials = system.split('\n').filter((line) => line.includes('ok arm') || line.includes('… Arm')).length
  const searched = system.split('\n').filter((line) => line.includes('searching for what breaks')).length
  return { walk, rows, trials, searched, dropIn: (await keptDropIn(lab, 'mute.service')) ?? '' }
}

describe.skipIf(skipLab())(labTitle('without a clone, what breaks is searched for live'), () => {
  it.each([
    [1, ['LockPersonality'], 6],
    [2, ['LockPersonality', 'RestrictNamespaces'], 12],
  ] as const)('%i of the rows, in few trials', { timeout: 300_000 }, async (_, guilty, most) => {
    const { walk, rows, searched, dropIn } = await walkOver([...guilty])
    console.log(`${guilty.length} of ${rows} rows: ${searched} trials to search`)
    expect(rows).toBeGreaterThan(10)
    expect(searched).toBeGreaterThan(0)
    // The trial of what is left, which is the one that is kept, comes to each search.
    expect(searched + guilty.length).toBeLessThanOrEqual(most)
    expect(walk.stdout).toMatch(/System restrictions: kept/)
    for (const key of guilty) expect(dropIn).not.toContain(`${key}=yes`)
    for (const key of ['RestrictRealtime', 'ProtectClock', 'MemoryDenyWriteExecute'])
      expect(dropIn).toContain(`${key}=yes`)
    expect(await show(lab, 'mute', 'ActiveState')).toBe('active')
    expect(await leftovers(lab)).toEqual([])
  })
})
