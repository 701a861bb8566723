import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { watchWalk } from './kit/once-run.ts'
import { keptDropIn, leftovers, show } from './kit/subjects.ts'

const FOLDER = '/usr/local/lib/late'

/** Needs that show late; each writes where a strict file system does not let it. */
const SCRIPTS = {
  timer: '#!/bin/sh\nsleep 10\ndate >/srv/state/stamp || exit 1\nexec sleep infinity\n',
  reload: '#!/bin/sh -e\ndate >/srv/state/reloaded\n',
  second:
    '#!/bin/sh -e\nif [ -e /run/late-second ]; then date >/srv/state/again; fi\ntouch /run/late-second\n',
  // No trace of a reload shows this.
  once: '#!/bin/sh -e\n[ "$(umask)" = 0022 ]\n',
}
const UNITS = {
  timer: `ExecStart=${FOLDER}/timer`,
  reload: `ExecStart=/usr/bin/sleep infinity\nExecReload=${FOLDER}/reload`,
  second: `ExecStartPre=${FOLDER}/second\nExecStart=/usr/bin/sleep infinity`,
  once: `ExecStart=/usr/bin/sleep infinity\nExecReload=${FOLDER}/once`,
}

let lab: Lab

describe.skipIf(skipLab())(labTitle('a service that breaks late'), () => {
  beforeAll(async () => {
    lab = await bootLab({
      files: Object.fromEntries([
        ...Object.entries(SCRIPTS).map(([name, text]) => [`${FOLDER}/${name}`, text]),
        ...Object.entries(UNITS).map(([name, text]) => [
          `/etc/systemd/system/late-${name}.service`,
          `[Service]\n${text}\n`,
        ]),
      ]),
      setup: [
        ['sh', '-ec', `chmod 755 ${FOLDER}/* && mkdir /srv/state && systemctl daemon-reload`],
        ['systemctl', 'start', 'late-timer', 'late-reload', 'late-second', 'late-once'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  it('only ten seconds after its start, is given back what it lost', { timeout: 400_000 }, async () => {
    const { walk } = await watchWalk(lab, 'late-timer.service', [
      'late-timer',
      '--yes',
      '--level',
      'tight',
      '--stages',
      'filesystem,system',
    ])
    expect(walk.exitCode, walk.stdout).toBe(3)
    expect(walk.stdout).toMatch(/Filesystem: skipped.*undone|Filesystem was undone/)
    expect(walk.stdout).toMatch(/System restrictions: kept/)
    expect(await keptDropIn(lab, 'late-timer.service')).not.toContain('ProtectSystem=strict')
    await pause(12_000)
    expect(await show(lab, 'late-timer', 'ActiveState')).toBe('active')
    expect(await show(lab, 'late-timer', 'NRestarts')).toBe('0')
    expect(await leftovers(lab)).toEqual([])
  })

  it.each([
    ['only at a reload', 'reload', ['systemctl', 'reload']],
    ['only at its second start', 'second', ['systemctl', 'restart']],
  ])('%s, breaks in a clone and never live', { timeout: 300_000 }, async (_, name, use) => {
    const unit = `late-${name}`
    const { walk, starts } = await watchWalk(lab, `${unit}.service`, [
      unit,
      '--yes',
      '--level',
      'tight',
      '--stages',
      'filesystem',
      '--watch-seconds',
      '1',
    ])
    expect(walk.exitCode, walk.stdout).toBe(0)
    expect(starts.failed, walk.stdout).toBe(0)
    await lab.output([...use, unit])
    expect(await lab.read(`/srv/state/${name === 'reload' ? 'reloaded' : 'again'}`)).toMatch(/\d/)
    expect(await keptDropIn(lab, `${unit}.service`)).toMatch(/ReadWritePaths=.*\/srv\/state/)
    expect(await show(lab, unit, 'ActiveState')).toBe('active')
  })

  it('at a reload, is found by --once in the life that all stages have together', {
    timeout: 300_000,
  }, async () => {
    await lab.output(['systemctl', 'restart', 'late-once'])
    const stages = ['--level', 'tight', '--stages', 'filesystem,system', '--watch-seconds', '1']
    const walked = await watchWalk(lab, 'late-once.service', ['late-once', '--yes', '--once', ...stages])
    expect(walked.walk.exitCode, walked.walk.stdout).toBe(0)
    expect(walked.walk.stdout).toContain('Rehearsing the stages once more, each through a whole life')
    expect(walked.starts, walked.walk.stdout).toEqual({ started: 1, failed: 0 })
    await lab.output(['systemctl', 'reload', 'late-once'])
    const kept = await keptDropIn(lab, 'late-once.service')
    expect(kept).toContain('ProtectSystem=')
    expect(kept).not.toContain('UMask=')
  })
})
