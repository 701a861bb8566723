import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { build } from 'esbuild'
import { afterEach, describe, expect, it } from 'vitest'
import { command } from './kit/command.ts'
import { bootLab, type Lab, type LabWish } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { list } from './kit/listing.ts'
import { project } from './kit/project.ts'
import { httpd } from './kit/services/httpd.ts'

const labs: Lab[] = []

async function boot(wish: LabWish): Promise<Lab> {
  const lab = await bootLab(wish)
  labs.push(lab)
  return lab
}

function status(lab: Lab): Promise<string> {
  return lab.output(['curl', '-s', '-o', '/dev/null', '-w', '%{http_code}', 'http://127.0.0.1/'])
}

async function running(lab: Lab, program: string): Promise<boolean> {
  return (await lab.run(['pgrep', '-x', program])).exitCode === 0
}

/** Everything on the host that carries the lab's name. */
async function tracesOf(name: string): Promise<string[]> {
  const cgroups = await command(['unshare', '--mount', 'sh', '-c', LIST_CGROUPS, 'sh'])
  const processes = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .filter((pid) => existsSync(`/proc/${pid}`) && textOf(`/proc/${pid}/cmdline`).includes(name))
  return [
    ...readdirSync(tmpdir()).filter((entry) => entry.includes(name)),
    ...cgroups.stdout.split('\n').filter((line) => line.includes(name)),
    ...textOf('/proc/self/mounts')
      .split('\n')
      .filter((line) => line.includes(name)),
    ...processes.map((pid) => textOf(`/proc/${pid}/cmdline`)),
  ]
}

/** In version 2's tree, in the named one of version 1, and in its controllers' where the host has them. */
const LIST_CGROUPS = `for tree in 'cgroup2 -o rw' 'cgroup -o none,name=systemd'; do
  mount -t $tree none /mnt && find /mnt -type d -name "*hardenctl*"
done
find /sys/fs/cgroup -type d -name "*hardenctl*"`

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.stop()))
})

describe.skipIf(skipLab())(labTitle('a lab'), () => {
  it.each([
    ['bookworm', 252],
    ['trixie', 257],
  ])('boots %s with systemd %i and a service that answers', async (suite, version) => {
    const lab = await boot({ suite, services: ['apache2'] })
    expect(await lab.output(['systemctl', '--version'])).toMatch(`systemd ${version} `)
    expect(await status(lab)).toBe('200')
  })

  it.each([
    ['hybrid', 'bookworm', '/init.scope', '/init.scope'],
    ['legacy', 'trixie', '/init.scope', '/'],
  ] as const)(
    'boots a systemd that has %s control groups, which it may write to',
    async (cgroups, suite, named, second) => {
      const lab = await boot({ cgroups, suite, services: ['nginx'] })
      expect(await status(lab)).toBe('200')
      const groups = (await lab.output(['cat', '/proc/self/cgroup'])).trim().split('\n')
      expect(groups).toContainEqual(expect.stringMatching(new RegExp(`^\\d+:name=systemd:${named}$`)))
      expect(groups.at(-1)).toBe(`0::${second}`)
      const type = await lab.output(['stat', '--file-system', '--format=%T', '/sys/fs/cgroup'])
      expect(type).toBe('tmpfs\n')
      expect((await lab.output(['cat', '/proc/mounts'])).match(/ cgroup ro,/g)).toBeNull()
    },
  )

  it.each([
    ['apache2', { services: ['apache2'] }, '9.2 UNSAFE', '200'],
    ['nginx', { services: ['nginx'] }, '9.6 UNSAFE', '200'],
    ["the guide's httpd", httpd, '9.2 UNSAFE', '403'],
  ])('starts %s at the exposure that the guide starts from', async (_name, wish, exposure, answer) => {
    const lab = await boot(wish)
    const unit = wish.services?.[0] ?? ''
    expect(await lab.output(['systemd-analyze', 'security', '--no-pager', unit])).toContain(exposure)
    expect(await status(lab)).toBe(answer)
  })

  it('keeps two labs apart', async () => {
    const [one, two] = await Promise.all([boot({ services: ['apache2'] }), boot({ services: ['apache2'] })])
    await one.output(['systemctl', 'restart', 'apache2'])
    await one.output(['systemctl', 'stop', 'apache2'])
    expect(await status(two)).toBe('200')
    expect((await one.run(['curl', '-s', 'http://127.0.0.1/'])).exitCode).toBe(7)
  })

  it('keeps /etc and /var over a reboot, and starts /run afresh', async () => {
    const lab = await boot({
      services: ['nginx'],
      files: { '/etc/kept': 'a', '/var/kept': 'b', '/run/gone': 'c' },
    })
    const before = lab.pid
    await lab.reboot()
    expect(lab.pid).not.toBe(before)
    expect(await lab.read('/etc/kept')).toBe('a')
    expect(await lab.read('/var/kept')).toBe('b')
    expect(await lab.read('/run/gone')).toBeUndefined()
    expect(await status(lab)).toBe('200')
    await lab.powerCut()
    expect(await lab.read('/etc/kept')).toBe('a')
    expect(await status(lab)).toBe('200')
  })

  it.each([
    ['apache2', { suite: 'bookworm', services: ['apache2'] }],
    ['nginx', { suite: 'trixie', services: ['nginx'] }],
    ['redis-server', { suite: 'bookworm', services: ['redis-server'] }],
    ['httpd', httpd],
  ])('lists the same before and after a restart of %s', async (unit, wish: LabWish) => {
    const lab = await boot(wish)
    // Redis writes its data file when it is stopped; let it be there from the start.
    if (unit === 'redis-server') await lab.output(['redis-cli', 'save'])
    const before = await list(lab, unit)
    // Times are printed by the second: what moves must have the chance to.
    await pause(1100)
    await lab.output(['systemctl', 'restart', unit])
    if (wish.ready) await lab.untilSuccess(wish.ready)
    expect(await list(lab, unit)).toEqual(before)
  })

  it('lists a change as what it is', async () => {
    const lab = await boot({ services: ['apache2'] })
    const before = await list(lab, 'apache2')
    await lab.write('/etc/systemd/system/apache2.service.d/x.conf', '[Service]\nPrivateDevices=yes\n')
    await lab.output(['systemctl', 'daemon-reload'])
    await lab.output(['chown', 'www-data', '/var/log/apache2'])
    const after = await list(lab, 'apache2')
    expect(after.unit.PrivateDevices).toBe('yes')
    expect(after.files['/etc/systemd/system/apache2.service.d/x.conf']).toMatch(/^f 0:0 644 /)
    expect(after.files['/var/log/apache2']).not.toBe(before.files['/var/log/apache2'])
  })

  // Where version 1 is alone no program can be attached: catalog/system/ip-address-deny.ts.
  it.each([
    ['unified', false],
    ['hybrid', false],
    ['legacy', true],
  ] as const)('enforces what systemd hands to the kernel as a program: %s', async (cgroups, answers) => {
    const lab = await boot({ cgroups, services: ['nginx'] })
    await lab.write('/run/systemd/system/nginx.service.d/x.conf', '[Service]\nIPAddressDeny=any\n')
    await lab.output(['systemctl', 'daemon-reload'])
    await lab.output(['systemctl', 'restart', 'nginx'])
    const answer = await lab.run(['curl', '-s', '--max-time', '1', 'http://127.0.0.1/'])
    expect(answer.exitCode === 0).toBe(answers)
  })

  it('runs programs as another account, with input, and ends them at their time limit', async () => {
    const lab = await boot({})
    expect(await lab.output(['id', '-un'], { user: 'www-data' })).toBe('www-data\n')
    expect(await lab.output(['cat'], { input: 'hello' })).toBe('hello')
    const slow = await lab.run(['sleep', '1000'], { timeoutMs: 100 })
    expect(slow.timedOut).toBe(true)
    await expect.poll(() => running(lab, 'sleep')).toBe(false)
  })

  it('gives a program a terminal that can be resized, hung up and killed', async () => {
    const lab = await boot({})
    const shell = lab.spawnPty(['bash', '--norc'], { columns: 80, rows: 10 })
    await shell.type('stty size\r')
    await shell.waitFor('10 80')
    shell.resize(60, 20)
    await shell.type('stty size\r')
    await shell.waitFor('20 60')
    expect(shell.svg('a shell')).toContain('stty size')
    await shell.type('exit 3\r')
    expect((await shell.ended()).exitCode).toBe(3)
    const left = lab.spawnPty(['sh', '-c', 'trap "echo hup >/tmp/hup" HUP; echo up; sleep 1000'])
    await left.waitFor('up')
    left.hangUp()
    await expect.poll(() => lab.read('/tmp/hup')).toBe('hup\n')
    const other = lab.spawnPty(['sleep', '1000'])
    await expect.poll(() => running(lab, 'sleep')).toBe(true)
    other.kill()
    expect((await other.ended()).signal).toBe(9)
    await expect.poll(() => running(lab, 'sleep')).toBe(false)
  })

  it('leaves nothing behind when the process that booted it is killed', async () => {
    const script = join(project, 'node_modules/.cache/hardenctl/boot-and-wait.mjs')
    const entry = "import { bootLab } from './test/lab/kit/lab.ts'; console.log((await bootLab()).name)"
    await build({
      stdin: { contents: entry, resolveDir: project, loader: 'ts' },
      outfile: script,
      bundle: true,
      platform: 'node',
      format: 'esm',
      packages: 'external',
    })
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
      const name = await new Promise<string>((resolve, reject) => {
        child.once('exit', () => reject(new Error('it ended without a lab')))
        child.stdout.once('data', (text: Buffer) => resolve(text.toString().trim()))
      })
      expect(name).toMatch(/^hardenctl-lab-/)
      child.kill(signal)
      await expect.poll(() => tracesOf(name), { timeout: 5000 }).toEqual([])
    }
  })

  it.each(['unified', 'hybrid', 'legacy'] as const)(
    'leaves nothing behind when it stops: %s',
    async (cgroups) => {
      const lab = await boot({ cgroups, services: ['nginx'] })
      expect((await tracesOf(lab.name)).length).toBeGreaterThan(2)
      await lab.stop()
      expect(await tracesOf(lab.name)).toEqual([])
    },
  )
})
