import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandResult } from './command.ts'
import type { Lab } from './lab.ts'
import { labTitle, skipLab } from './lab-problem.ts'
import { type Listing, list } from './listing.ts'
import { answerOf, bootSubject, comparable, exposureOf, leftovers, type Subject, show } from './subjects.ts'

/** With a clone asked about every row, tighter value and set, on two processors. */
const WALK_MS = 240_000
const NET_BIND_SERVICE = 1n << 10n

/** Directives that every one of these services ends with, as `systemctl show` prints them. */
const IN_FORCE = {
  NoNewPrivileges: 'yes',
  PrivateDevices: 'yes',
  ProtectSystem: 'strict',
  ProtectHome: 'yes',
  UMask: '0027',
  NoExecPaths: '/',
  LockPersonality: 'yes',
  CapabilityBoundingSet: 'cap_net_bind_service',
  AmbientCapabilities: 'cap_net_bind_service',
}

/** Without what logrotate itself leaves behind. */
function withoutRotation(files: Record<string, string>): Record<string, string> {
  const ours = ([path]: [string, string]) => !/^\/var\/log\/.*\.1$|^\/var\/lib\/logrotate\/status$/.test(path)
  return Object.fromEntries(Object.entries(files).filter(ours))
}

/** A whole walk over each of these, with what an administrator looks at afterwards, and its undo. */
export function describeWalks(subjects: readonly Subject[]): void {
  describe.skipIf(skipLab()).each(subjects)(labTitle('hardenctl $name --yes in $suite'), walkOver)
}

function walkOver(subject: Subject): void {
  const { name, answer, most, user, accessLog, rehearse } = subject
  const walking = ['hardenctl', name, '--yes']
  // The whole watch at the end is waited for once, where everything is as by default.
  const live = ['--no-rehearsal', '--watch-seconds', '2']
  const rotates = subject.suite === 'bookworm'
  let lab: Lab
  let before: Listing
  let walk: CommandResult

  beforeAll(async () => {
    lab = await bootSubject(subject)
    // The listing is compared after another reboot: this one makes what only a second boot makes.
    await lab.reboot()
    before = await list(lab, name)
    walk = await lab.run(rehearse ? walking : [...walking, ...live], { timeoutMs: WALK_MS })
  })
  afterAll(() => lab?.stop())

  async function logged(line: string): Promise<boolean> {
    return (await lab.read(accessLog))?.includes(line) === true
  }

  it(`ends at ${most / 10} or better by systemd-analyze, and says what it did`, async () => {
    expect(walk).toMatchObject({ exitCode: 0, stderr: '' })
    const exposure = await exposureOf(lab, name)
    expect(exposure).toBeLessThanOrEqual(most)
    expect(walk.stdout).toContain(`System calls ${exposure / 10}`)
    expect(walk.stdout).toContain('The service is healthy')
    expect(walk.stdout.includes('rehearsed first in a clone')).toBe(rehearse)
    expect(walk.stdout).toContain(`To undo: hardenctl undo ${name}`)
  })

  it('has all that was kept in force', async () => {
    const status = await lab.run(['hardenctl', 'status', name])
    expect(status.stdout).toContain('Everything that was kept is in force.')
    expect(status.exitCode).toBe(0)
    const shown = Object.keys(IN_FORCE).map(async (key) => [key, await show(lab, name, key)])
    expect(Object.fromEntries(await Promise.all(shown))).toEqual(IN_FORCE)
    expect(await show(lab, name, 'User')).toBe(user)
    expect(await show(lab, name, 'NeedDaemonReload')).toBe('no')
  })

  it('runs as its own account with no more than the right to bind', async () => {
    const status = await lab.output(['cat', `/proc/${await show(lab, name, 'MainPID')}/status`])
    const uid = (await lab.output(['id', '-u', user])).trim()
    expect(/^Uid:\t(.*)$/m.exec(status)?.[1]?.split('\t')).toEqual([uid, uid, uid, uid])
    const effective = BigInt(`0x${/^CapEff:\t(\w+)$/m.exec(status)?.[1]}`)
    expect(effective & ~NET_BIND_SERVICE).toBe(0n)
    expect(status).toMatch(/^Seccomp:\t2$/m)
  })

  it('leaves nothing of itself but the drop-in and the state', async () => {
    expect(await leftovers(lab)).toEqual([])
    expect(
      (
        await lab.output([
          'stat',
          '-c',
          '%U %a',
          `/etc/systemd/system/${name}.service.d/zz-hardenctl-kept.conf`,
        ])
      ).trim(),
    ).toBe('root 644')
    expect((await lab.output(['stat', '-c', '%U %a', '/var/lib/hardenctl'])).trim()).toBe('root 700')
  })

  it('answers as before: now, after a reload, after stop and start, after a reboot', async () => {
    expect(await answerOf(lab)).toBe(answer)
    await lab.output(['systemctl', 'reload', name])
    await expect.poll(() => answerOf(lab), { timeout: 5000 }).toBe(answer)
    await lab.output(['systemctl', 'stop', name])
    expect(await answerOf(lab)).toBe('000')
    await lab.output(['systemctl', 'start', name])
    await expect.poll(() => answerOf(lab), { timeout: 5000 }).toBe(answer)
    await lab.reboot()
    await expect.poll(() => answerOf(lab), { timeout: 5000 }).toBe(answer)
    expect(await show(lab, name, 'NRestarts')).toBe('0')
    expect((await lab.run(['hardenctl', 'status', name])).exitCode).toBe(0)
  })

  const itOfRocky = name === 'httpd' ? it : undefined
  itOfRocky?.('keeps the log folder behind its link', async () => {
    expect((await lab.output(['readlink', '/etc/httpd/logs'])).trim()).toBe('../../var/log/httpd')
    expect((await lab.output(['stat', '-c', '%F %U', '/var/log/httpd'])).trim()).toBe('directory apache')
  })

  const itRotated = rotates ? it : undefined
  itRotated?.('keeps logging when its logs are rotated', async () => {
    const main = await show(lab, name, 'MainPID')
    await lab.output(['logrotate', '--force', `/etc/logrotate.d/${name}`])
    await pause(1000)
    await lab.run(['curl', '-s', 'http://127.0.0.1/after-the-rotation'])
    await expect.poll(() => logged('/after-the-rotation'), { timeout: 5000 }).toBe(true)
    expect(await answerOf(lab)).toBe(answer)
    expect(await show(lab, name, 'MainPID')).toBe(main)
  })

  it('is undone wholly: files, owners, unit, timers, mounts and cgroups are as before the first change', async () => {
    const undo = await lab.run(['hardenctl', 'undo', name])
    expect(undo).toMatchObject({ exitCode: 0, stderr: '' })
    const after = comparable(await list(lab, name))
    // Also the log that logrotate made meanwhile is whose it would have been without hardenctl.
    if (rotates) after.files = withoutRotation(after.files)
    expect(after).toEqual(comparable(before))
    expect(await answerOf(lab)).toBe(answer)
    const again = await lab.run(['hardenctl', 'undo', name])
    expect(again.stdout).toContain('hardenctl has no setting in force')
  })
}
