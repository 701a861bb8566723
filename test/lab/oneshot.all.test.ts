import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { oneshot, WORK } from './kit/services/oneshots.ts'
import { leftovers } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/** What it saves may be read by others, as long as nothing sets another umask. */
const SAVE = oneshot(
  'date >/var/lib/save/now; cp /etc/hostname /var/lib/save/host && chgrp adm /var/lib/save/host',
)
const RENEW = oneshot('date >/var/lib/save/cert && systemctl reload web')
const WEB = '[Service]\nExecStart=/bin/sleep infinity\nExecReload=/bin/true\n'
/** It says on its log alone that it could not do its work. */
const MASKED = oneshot('cp /etc/hostname /var/spool/masked-copy; true')

describe.skipIf(skipLab())(labTitle('what a unit leaves behind that does its work and ends'), () => {
  let lab: Lab

  beforeAll(async () => {
    const units = { save: SAVE, renew: RENEW, web: WEB, masked: MASKED }
    lab = await bootLab({
      files: Object.fromEntries(
        Object.entries(units).map(([name, text]) => [`/etc/systemd/system/${name}.service`, text]),
      ),
      setup: [
        ['mkdir', '-p', '/var/lib/save'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'web'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  it('is the same with what is kept, and it runs live by a word alone', { timeout: 180_000 }, async () => {
    const options = ['--stages', 'filesystem', '--run-once', ...WORK]
    const { stdout, kept } = await walked(lab, 'save', options, 150_000)
    expect(kept).toContain('ProtectSystem=strict')
    expect(kept).toContain('ReadWritePaths=-/var/lib/save')
    expect(kept).not.toContain('UMask=')
    expect(stdout).toMatch(/breaks in a clone: UMask=.*has mode 6.0, without the change 644/)
    expect(stdout).toContain('it ran once with all that is kept, and ended with success')
    expect((await lab.output(['stat', '-c', '%G', '/var/lib/save/host'])).trim()).toBe('adm')
    expect(await leftovers(lab)).toEqual([])
  })

  it('is not given work by an exercise that changes nothing', { timeout: 180_000 }, async () => {
    const options = ['--stages', 'capabilities', '--exercise', '/bin/true']
    const { stdout, kept } = await walked(lab, 'save', options, 150_000)
    expect(stdout).toContain('they gave it no work')
    expect(kept).not.toContain('CapabilityBoundingSet=')
  })

  it('counts though the run ends with success', { timeout: 180_000 }, async () => {
    const options = ['--stages', 'filesystem', '--level', 'tight']
    expect((await walked(lab, 'masked', options, 150_000)).kept).toContain('ProtectSystem=full')
  })

  it('may take a unit that it works for, in the clones too', { timeout: 180_000 }, async () => {
    const { stdout, kept } = await walked(lab, 'renew', ['--stages', 'capabilities', ...WORK], 150_000)
    expect(stdout).toContain('It may need web.service in the clone too')
    expect(kept).toContain('CapabilityBoundingSet=')
  })
})
