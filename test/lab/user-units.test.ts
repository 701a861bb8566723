import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, within } from './kit/subjects.ts'

const HOME = '/home/app'
const RUNTIME = '/run/user/1000'
const UNIT = 'pages.service'
const KEPT = `${HOME}/.config/systemd/user/${UNIT}.d/zz-hardenctl-kept.conf`
const URL = 'http://127.0.0.1:8081/'

/** Its start marks a file setuid, which RestrictSUIDSGID= forbids and nothing shows afterwards. */
const PAGES = `[Service]
ExecStartPre=/usr/bin/install -m 4755 /dev/null %t/mark
ExecStart=/usr/local/bin/node -e 'require("http").createServer((_, answer) => answer.end("hello")).listen(8081)'
[Install]
WantedBy=default.target
`
/** In place of libpam-systemd, which sets it on a server. */
const RUNTIME_DIR = '[Service]\nEnvironment=XDG_RUNTIME_DIR=/run/user/%i\n'

/** Left out, so that the search for the row that breaks is short. */
const SKIPPED = [
  'NoNewPrivileges',
  'ProtectClock',
  'ProtectHostname',
  'SystemCallArchitectures',
  'RestrictAddressFamilies',
  'RestrictNamespaces',
  'RestrictRealtime',
  'PrivateUsers',
].flatMap((key) => ['--skip', key])
const WALK = [
  ...['hardenctl', '--user', 'pages', '--yes', '--stages', 'system', '--watch-seconds', '1'],
  ...['--exercise', `curl -sf ${URL}`, ...SKIPPED],
]

describe.skipIf(skipLab())(labTitle('a unit of a user'), () => {
  let lab: Lab

  const asUser = (argv: readonly string[], env: Record<string, string> = {}) =>
    lab.run(argv, { user: 'app', env: { ...env, XDG_RUNTIME_DIR: RUNTIME }, timeoutMs: 100_000 })
  const said = async (argv: readonly string[]) => (await asUser(argv)).stdout.trim()
  const shown = (property: string) =>
    said(['systemctl', '--user', 'show', '--value', `--property=${property}`, UNIT])

  /** Files that are the user's, and units of the user's manager, that a walk may touch. */
  async function listing(): Promise<string[]> {
    const find = `find ${HOME} ${RUNTIME}/hardenctl ${RUNTIME}/systemd/user* 2>/dev/null | sort`
    const units = await said([
      'systemctl',
      '--user',
      'list-units',
      '--all',
      '--no-legend',
      '--plain',
      'hardenctl-*',
    ])
    const files = await lab.run(['sh', '-c', find])
    return [...files.stdout.trim().split('\n'), units]
  }

  /** What the kernel says of the main process. */
  async function confinement(): Promise<{ noNewPrivileges: string; filters: number }> {
    const status = (await lab.read(`/proc/${await shown('MainPID')}/status`)) ?? ''
    const field = (name: string) => new RegExp(`^${name}:\\s*(\\d+)$`, 'm').exec(status)?.[1] ?? ''
    return { noNewPrivileges: field('NoNewPrivs'), filters: Number(field('Seccomp_filters')) }
  }

  async function answers(): Promise<void> {
    await lab.untilSuccess(['curl', '-sf', URL])
  }

  /** A walk that dies while its trial is in force. */
  async function killedInTrial(): Promise<void> {
    const walk = await asUser([...WALK, '--skip', 'RestrictSUIDSGID'], {
      HARDENCTL_KILL_BEFORE: 'live/health:1',
    })
    expect(walk.exitCode === 137 || walk.signal === 'SIGKILL', walk.stderr).toBe(true)
    expect(await shown('LockPersonality')).toBe('yes')
  }

  async function untouched(): Promise<void> {
    await answers()
    expect(await shown('LockPersonality')).toBe('no')
    expect(await lab.read(KEPT)).toBeUndefined()
    // A manager forgets a unit that has ended a moment later.
    const left = (line: string) => line.startsWith('hardenctl-') || line.startsWith(RUNTIME)
    expect(await within(5000, async () => !(await listing()).some(left))).toBe(true)
  }

  beforeAll(async () => {
    lab = await bootLab({
      suite: 'trixie',
      files: {
        [`${HOME}/.config/systemd/user/${UNIT}`]: PAGES,
        '/etc/systemd/system/user@.service.d/runtime.conf': RUNTIME_DIR,
      },
      setup: [
        ['useradd', '--uid', '1000', '--home-dir', HOME, '--no-create-home', 'app'],
        ['chown', '-R', 'app:app', HOME],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'user@1000'],
      ],
    })
    await asUser(['systemctl', '--user', 'enable', '--now', '--quiet', UNIT])
    await answers()
  })
  afterAll(() => lab?.stop())

  it('is walked by its user, holds what is kept, and is undone wholly', { timeout: 120_000 }, async () => {
    const before = { files: await listing(), ...(await confinement()) }
    const { exitCode, stdout, stderr } = await asUser(WALK)
    expect(exitCode, stdout + stderr).toBe(0)
    expect(stdout).toContain('No clone can prove anything: a clone of the host needs root')
    // The trial with RestrictSUIDSGID= broke the start, and was undone.
    expect(stdout).toMatch(/broke: .*install: cannot change permissions/)
    expect(stdout).toContain('undone: a new invocation is active')
    // What the log of the kernel would tell is not claimed.
    expect(stdout).not.toContain('none killed')
    const kept = await lab.read(KEPT)
    expect(kept).toContain('LockPersonality=yes')
    expect(kept).not.toContain('RestrictSUIDSGID=yes')
    for (const key of ['IPAddressDeny', 'DevicePolicy']) expect(kept).not.toContain(key)
    const now = await confinement()
    // The manager of a user has no right to load a filter without it.
    expect(now.noNewPrivileges).toBe('1')
    expect(now.filters).toBeGreaterThan(before.filters)
    expect(await answerOf(lab, URL)).toBe('200')

    const status = await asUser(['hardenctl', 'status', '--user', 'pages'])
    expect([status.exitCode, status.stdout]).toEqual([0, expect.stringContaining('is in force')])
    const undo = await asUser(['hardenctl', 'undo', '--user', 'pages'])
    expect(undo.exitCode, undo.stdout + undo.stderr).toBe(0)
    expect(await confinement()).toEqual({ noNewPrivileges: '0', filters: before.filters })
    expect((await listing()).filter((path) => !path.startsWith(`${HOME}/.local`))).toEqual(before.files)
  })

  it('is as before when hardenctl was killed, by the timer in its manager', { timeout: 60_000 }, async () => {
    await killedInTrial()
    expect((await asUser(['systemctl', '--user', 'start', 'hardenctl-deadman-pages.service'])).exitCode).toBe(
      0,
    )
    await untouched()
  })

  it('is as before when its manager begins anew, whose timers are gone', { timeout: 60_000 }, async () => {
    await killedInTrial()
    // A logout removes the folder in /run, too; here it stays, and with it the drop-in of the trial.
    await lab.output(['systemctl', 'restart', 'user@1000'])
    await untouched()
  })

  it('is not walked by root', async () => {
    const { exitCode, stderr } = await lab.run(['hardenctl', '--user', 'pages', '--yes'])
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('never runs as root')])
  })
})
