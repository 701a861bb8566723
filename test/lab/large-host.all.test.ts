import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { startsOf } from './kit/once-run.ts'
import { leftovers } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

const IDLE = '[Service]\nExecStart=/bin/sleep infinity\n'
/** As a container engine has them, which a clone leaves out, and a hundred that are the host's own. */
const MOUNTS = `
mkdir -p /var/lib/kubelet /srv/data
mount -t tmpfs pods /var/lib/kubelet
mount -t tmpfs data /srv/data
for n in $(seq 4900); do
  mkdir /var/lib/kubelet/$n
  mount -n --bind /var/lib/kubelet/$n /var/lib/kubelet/$n
done
for n in $(seq 100); do
  mkdir /srv/data/$n
  mount -n -t tmpfs data /srv/data/$n
done`
const SERVICES = 100

describe.skipIf(skipLab())(labTitle('a host with 5,000 mounts and 100 services'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      suite: 'trixie',
      services: ['nginx.service'],
      files: { '/etc/systemd/system/idle@.service': IDLE },
      setup: [
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', ...Array.from({ length: SERVICES }, (_, n) => `idle@${n}`)],
      ],
    })
    const made = await lab.run(['sh', '-ec', MOUNTS], { timeoutMs: 280_000 })
    expect(made.exitCode, made.stderr).toBe(0)
  }, 300_000)
  afterAll(() => lab?.stop())

  it('is cloned, and a service of it is walked in the clones first', { timeout: 500_000 }, async () => {
    const mounts = (await lab.output(['cat', '/proc/1/mountinfo'])).split('\n')
    expect(mounts.length).toBeGreaterThan(5000)
    const options = ['--stages', 'capabilities,filesystem']
    const { stdout, kept } = await walked(lab, 'nginx', options, 450_000)
    expect(stdout.match(/kept,.*rehearsed first in a clone/g)).toHaveLength(2)
    // No clone shows how long a start takes with mounts of its own here.
    expect(stdout).toMatch(/\[ \] ProtectSystem=strict .*\n +not taken: This host has 5\d{3} mounts/)
    expect(kept).toContain('UMask=')
    expect(kept).not.toContain('Protect')
    expect((await startsOf(lab, 'nginx.service')).failed).toBe(0)
    expect(await leftovers(lab)).toEqual([])
    expect((await lab.output(['cat', '/proc/1/mountinfo'])).split('\n').length).toBe(mounts.length)
  })
})
