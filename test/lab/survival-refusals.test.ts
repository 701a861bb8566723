import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { type Listing, list } from './kit/listing.ts'
import { answerOf, comparable } from './kit/subjects.ts'

const TEMPLATE = '[Service]\nExecStart=/bin/sleep infinity\n'

const REFUSALS: { why: string; argv: string[]; user?: string; says: RegExp }[] = [
  {
    why: 'not root',
    argv: ['apache2', '--yes'],
    user: 'www-data',
    says: /needs root.*sudo hardenctl apache2/,
  },
  { why: 'no such unit', argv: ['apache3', '--yes'], says: /there is no unit apache3\.service/ },
  { why: 'masked', argv: ['redis-server', '--yes'], says: /redis-server\.service is masked.*unmask/ },
  { why: 'a template', argv: ['sleeper@', '--yes'], says: /is a template; name an instance/ },
  {
    why: 'of which systemd is a client',
    argv: ['systemd-journald', '--yes'],
    says: /systemd itself is a client of systemd-journald\.service, by \/run\/systemd\/journal/,
  },
  {
    why: 'that nobody may restart',
    argv: ['alone', '--yes'],
    says: /alone\.service is not for anybody to restart: it has RefuseManualStart=yes/,
  },
  { why: 'no service', argv: ['basic.target', '--yes'], says: /not a \.service/ },
  { why: 'no terminal', argv: ['apache2'], says: /needs a terminal; --yes/ },
  {
    why: 'a check that fails already',
    argv: ['apache2', '--yes', '--check', 'tcp:127.0.0.1:9'],
    says: /port 9/,
  },
  {
    why: 'a check that is none',
    argv: ['apache2', '--yes', '--check', 'unix:x'],
    says: /unix:x is not unix:\/PATH/,
  },
  { why: 'an unknown option', argv: ['apache2', '--force'], says: /--force.*--help/ },
]

describe.skipIf(skipLab())(labTitle('refuses, and changes nothing'), () => {
  let lab: Lab
  let before: Listing

  beforeAll(async () => {
    lab = await bootLab({
      services: ['apache2'],
      files: {
        '/etc/systemd/system/sleeper@.service': TEMPLATE,
        '/etc/systemd/system/alone.service': `[Unit]\nRefuseManualStart=yes\n${TEMPLATE}`,
      },
      setup: [['systemctl', 'mask', '--quiet', 'redis-server']],
    })
    before = await list(lab, 'apache2')
  })
  afterAll(() => lab?.stop())

  it.each(REFUSALS)('$why', async ({ argv, user, says }) => {
    const refused = await lab.run(['hardenctl', ...argv], user === undefined ? {} : { user })
    expect(refused.exitCode).toBeGreaterThan(0)
    expect(refused.stderr).toMatch(/^hardenctl: [^\n]+\n$/)
    expect(refused.stderr).toMatch(says)
    const after = await list(lab, 'apache2')
    // A unit that was asked about stays in PID 1's memory for a while.
    expect({ ...comparable(after), machine: after.machine.timers }).toEqual({
      ...comparable(before),
      machine: before.machine.timers,
    })
  })

  it('a second hardenctl while one is at work', async () => {
    // Its first seconds go by in a clone; then it is ended and undoes what it has begun.
    const first = lab.run(['timeout', '20', 'hardenctl', 'apache2', '--yes'], { timeoutMs: 100_000 })
    const clones = ['systemctl', 'list-units', '--no-legend', 'hardenctl-clone-*']
    await expect.poll(() => lab.output(clones), { timeout: 20_000 }).not.toBe('')
    for (const argv of [
      ['apache2', '--yes'],
      ['undo', 'apache2'],
    ]) {
      const second = await lab.run(['hardenctl', ...argv])
      expect(second.exitCode).toBeGreaterThan(0)
      expect(second.stderr).toMatch(/^hardenctl: another hardenctl is at work on apache2\.service[^\n]*\n$/)
    }
    expect((await first).exitCode).toBe(124)
    expect(await answerOf(lab)).toBe('200')
  })
})
