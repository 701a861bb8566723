import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

const SERVICE = `
import { createServer } from 'node:http'
createServer((request, response) => response.end('ok')).listen(8098, '127.0.0.1')
`
/** What only a member of the group may read, and what only sudo gives. */
const USE = `#!/bin/sh -e
grep -q word /srv/word
sudo -n true
curl -sf -m 5 -o /dev/null http://127.0.0.1:8098/
`
const SAVED = `# a page that is there, and one that is refused
Exercise=exit=7 curl -s -m 5 http://127.0.0.1:1/
`
const SETUP = `groupadd readers
useradd -M -G readers reader
echo 'reader ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/reader
chmod 755 /opt/use
chown root:readers /srv/word
chmod 640 /srv/word
systemctl daemon-reload
systemctl start pages`

describe.skipIf(skipLab())(labTitle('an exercise that is as in life'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: {
        '/opt/pages.mjs': SERVICE,
        '/opt/use': USE,
        '/srv/word': 'word',
        '/etc/hardenctl/checks.d/pages/10-refused.conf': SAVED,
        '/etc/systemd/system/pages.service': '[Service]\nExecStart=/usr/local/bin/node /opt/pages.mjs\n',
      },
      setup: [['sh', '-ec', SETUP]],
      ready: ['curl', '-sf', 'http://127.0.0.1:8098/'],
    })
  })
  afterAll(() => lab?.stop())

  const walk = (...more: string[]) =>
    lab.run(['hardenctl', 'pages', '--yes', '--stages', 'capabilities', '--watch-seconds', '1', ...more], {
      timeoutMs: 150_000,
    })

  it('fails as nobody before anything is changed, in its own words', { timeout: 100_000 }, async () => {
    const { exitCode, stderr } = await walk('--exercise', '/opt/use')
    expect(exitCode).toBe(1)
    expect(stderr).toContain('already fails now')
    expect(stderr).toContain('as nobody')
    expect(stderr).toContain('grep: /srv/word: Permission denied')
    expect(stderr).toContain('Nothing was changed')
  })

  it('has the groups of its account and may gain rights, in clones and live; what is saved is played too', {
    timeout: 160_000,
  }, async () => {
    const { exitCode, stdout } = await walk(
      '--exercise',
      '/opt/use',
      '--exercise-as',
      'reader',
      '--save-checks',
    )
    expect(exitCode, stdout).toBe(0)
    expect(stdout).toContain('Saved in /etc/hardenctl/checks.d/pages.service/saved-by-hardenctl.conf')
    expect(stdout).toContain('play /opt/use as reader: exit 0')
    expect(stdout).toContain('the 1 ticked together')
    const refused = 'play curl -s -m 5 http://127.0.0.1:1/ for exit 7'
    expect(stdout).toContain(`${refused}: exit 7`)
    expect(stdout).toContain(`${refused}: it touched nothing of the service`)
    expect(stdout).not.toMatch(/opt\/use as reader: it touched nothing/)
  })

  it('is asked by status, and what others could have written is not', { timeout: 60_000 }, async () => {
    const good = await lab.run(['hardenctl', 'status', 'pages'])
    expect(good.stdout).toContain('ok play curl -s -m 5 http://127.0.0.1:1/ for exit 7: exit 7')
    expect(good.stdout).toContain('ok play /opt/use as reader: exit 0')
    expect(good.exitCode).toBe(0)
    await lab.write('/etc/hardenctl/checks.d/pages/10-refused.conf', 'Exercise=exit=3 true\n')
    const other = await lab.run(['hardenctl', 'status', 'pages'])
    expect(other.stdout).toContain('FAILS play true for exit 3: exit 0')
    expect(other.exitCode).toBe(1)
    await lab.output(['chmod', '666', '/etc/hardenctl/checks.d/pages/10-refused.conf'])
    const foreign = await lab.run(['hardenctl', 'status', 'pages'])
    expect(foreign.stderr).toContain('writable by others than root')
    expect(foreign.exitCode).not.toBe(0)
  })
})
