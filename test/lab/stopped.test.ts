import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn, leftovers, show, within } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

const RESPONDER =
  'ExecStart=/usr/local/bin/node -e "require(`http`).createServer((q, a) => a.end(`hello`)).listen(7010)"\n'
/** Only a clone has its own layers below /run/host: on the live host it fails under what was proven there. */
const PICKY = `[Service]
ExecStartPre=/bin/sh -c 'test -e /run/host/layers || ! grep -q "NoNewPrivs:.1" /proc/self/status'
${RESPONDER}`

describe.skipIf(skipLab())(labTitle('a service that is stopped'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: { '/etc/systemd/system/picky.service': PICKY },
      setup: [['systemctl', 'daemon-reload']],
    })
  })
  afterAll(() => lab?.stop())

  it('is proven in clones and stays stopped; systemd undoes what its next start breaks on', {
    timeout: 180_000,
  }, async () => {
    const { stdout, kept } = await walked(lab, 'picky', ['--stages', 'system', '--level', 'tight'], 150_000)
    expect(stdout).toContain('200 ×3')
    expect(kept).toContain('NoNewPrivileges=yes')
    expect(stdout).toContain('Proven in clones only, and not yet started live')
    expect(stdout).toContain('The service is stopped, as it was before.')
    expect(await show(lab, 'picky', 'ExecMainStartTimestampMonotonic')).toBe('0')
    const status = await lab.run(['hardenctl', 'status', 'picky'])
    expect(status.stdout).toContain('not yet started live: if its next run fails')

    await lab.run(['systemctl', 'start', 'picky'])
    const isBack = async () => (await show(lab, 'picky', 'ActiveState')) === 'active'
    expect(await within(20_000, isBack)).toBe(true)
    expect(await keptDropIn(lab, 'picky.service')).toBeUndefined()
    expect(await within(10_000, async () => (await leftovers(lab)).length === 0)).toBe(true)
  })
})
