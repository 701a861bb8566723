import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventsOf } from './kit/events.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn, show } from './kit/subjects.ts'

/** Each start reads a file below /root, so that no value but no and read-only of ProtectHome= holds. */
const UNIT = `[Service]
ExecStartPre=/usr/bin/test -e /root/needed
ExecStart=/usr/bin/sleep infinity
`
const WALK = ['hardenctl', 'homely', '--yes', '--level', 'tight', '--watch-seconds', '1']
const ASKED = ['--stages', 'filesystem', '--skip', 'UMask', '--set', 'ProtectSystem=full']

describe.skipIf(skipLab())(labTitle('hardenctl --skip and --set'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: { '/etc/systemd/system/homely.service': UNIT, '/root/needed': '' },
      setup: [
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'homely'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  it('refuse what is no directive before anything is looked at', async () => {
    const { exitCode, stdout, stderr } = await lab.run([...WALK, '--set', 'ProtectHme=yes'])
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/^hardenctl: --set: [^\n]+ the nearest are ProtectHome\b[^\n]*\n$/)
    expect(await lab.run(['ls', '/var/lib/hardenctl/homely'])).toMatchObject({ exitCode: 2 })
  })

  it('keep the asked value, leave out by name what breaks in a clone, and leave the rest', {
    timeout: 150_000,
  }, async () => {
    const walk = await lab.run([...WALK, '--json', ...ASKED, '--set', 'ProtectHome=tmpfs'], {
      timeoutMs: 140_000,
    })
    expect(walk.exitCode, walk.stdout + walk.stderr).toBe(3)
    expect(walk.stderr).toMatch(/^ {2}\[x\] ProtectSystem=full {2}You asked for it\.$/m)
    expect(walk.stderr).toMatch(/^ {4}asked for and left out: ProtectHome=tmpfs: \S/m)
    const events = eventsOf(walk)
    const verdicts = events.filter((one) => one.event === 'verdict' && one.stage === 'filesystem')
    expect(verdicts).toMatchObject([
      { outcome: 'kept', left_out: [expect.stringContaining('ProtectHome=tmpfs: ')] },
    ])
    for (const wanted of ['subject', 'stage', 'proof', 'trial'])
      expect(events.some(({ event }) => event === wanted)).toBe(true)
    const kept = await keptDropIn(lab, 'homely.service')
    expect(kept).toContain('ProtectSystem=full')
    expect(kept).not.toMatch(/ProtectHome=|UMask=/)
    expect(await show(lab, 'homely', 'ProtectSystem')).toBe('full')
    expect(await show(lab, 'homely', 'UMask')).toBe('0022')
    expect((await lab.run(['hardenctl', 'undo', 'homely'])).exitCode).toBe(0)
  })
})
