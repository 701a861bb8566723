import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { RehearsalResult, RehearsalWish } from './inside/rehearsal-main.ts'
import { programFiles } from './kit/bundled.ts'
import { bootLab, type Lab, type LabWish } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { type Listing, list } from './kit/listing.ts'

const FOLDER = '/opt/rehearsal'
/** Both web servers want port 80. */
const NGINX = {
  '/etc/nginx/sites-enabled/default': 'server { listen 8080; listen [::]:8080; root /var/www/html; }\n',
}
const CHECKS: Record<string, string[]> = {
  'apache2.service': ['http://127.0.0.1/'],
  'nginx.service': ['http://127.0.0.1:8080/'],
  'redis-server.service': ['tcp:127.0.0.1:6379'],
}

let programs: Record<string, string> = {}
const labs: Lab[] = []

async function boot(wish: LabWish): Promise<Lab> {
  const lab = await bootLab({ ...wish, files: { ...programs, ...wish.files } })
  labs.push(lab)
  // systemd makes /run/systemd/transient with the first such unit and keeps it.
  await lab.output(['systemd-run', '--quiet', '--collect', 'true'])
  return lab
}

async function rehearse(lab: Lab, wish: RehearsalWish): Promise<RehearsalResult> {
  const argv = ['node', `${FOLDER}/main.mjs`, JSON.stringify(wish)]
  return JSON.parse(await lab.output(argv, { timeoutMs: 90_000 }))
}

function wishFor(unit: string, more: Partial<RehearsalWish> = {}): RehearsalWish {
  return { unit, checks: CHECKS[unit] ?? [], ...more }
}

/** The process and the invocation that production must keep. */
async function identity(lab: Lab, unit: string): Promise<string> {
  return lab.output(['systemctl', 'show', '-p', 'MainPID,InvocationID,NRestarts', unit])
}

/** Names of the processes, without what a look itself starts. */
async function processNames(lab: Lab): Promise<string[]> {
  const ignored = /^(ps|sh|nsenter|systemd-timesyn|\(sd-.*)$/
  const names = (await lab.output(['ps', '-eo', 'pid=,comm='])).split('\n').map((line) => line.trim())
  return names.filter((line) => line !== '' && !ignored.test(line.replace(/^\d+ /, '')))
}

/** The machine, and every process that is not the lab's own or this test's. */
async function everything(lab: Lab, unit: string): Promise<Listing & { processes: string[] }> {
  const early = await processNames(lab)
  const listing = await list(lab, unit)
  // A program that the booting lab or a timer runs for a moment is none that stays.
  const late = new Set(await processNames(lab))
  const staying = early.filter((line) => late.has(line)).map((line) => line.replace(/^\d+ +/, ''))
  return { ...listing, processes: staying.sort() }
}

/** Plays the lines in a clone of nginx, and expects that nothing of the host is other after it. */
async function rehearseUntouched(lab: Lab, shell: readonly string[]): Promise<RehearsalResult> {
  const unit = 'nginx.service'
  const before = await everything(lab, unit)
  const result = await rehearse(lab, { unit, checks: ['http://127.0.0.1/'], shell: [...shell] })
  expect(await everything(lab, unit)).toEqual(before)
  return result
}

/** Starts a program that holds a clone and waits until the service answers in it; returns what ends the waiting. */
async function hold(lab: Lab, wish: RehearsalWish): Promise<{ clone: string; kill: () => Promise<void> }> {
  const [file = '', ...rest] = lab.command([
    'node',
    `${FOLDER}/main.mjs`,
    JSON.stringify({ ...wish, hold: true }),
  ])
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'inherit'], env: lab.environment() })
  const line = await new Promise<string>((resolve) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString()))
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    clone: line.trim().split(' ')[1] ?? '',
    kill: async () => {
      await lab.output(['pkill', '-KILL', '-f', `${FOLDER}/main.mjs`])
      await ended
    },
  }
}

beforeAll(async () => {
  programs = await programFiles(FOLDER, 'test/lab/inside/rehearsal-main.ts')
})
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.stop()))
})

const suites = ['bookworm', 'trixie']
const services = ['apache2', 'redis-server', 'nginx']

/** Answers by itself where the server behind it does not. */
const FRONT = `const http = require('node:http')
const [port = 8090, once] = process.argv.slice(2)
let isDead = false
http.createServer((request, response) => {
  const end = (code) => response.writeHead(code).end()
  if (isDead) return end(503)
  http.get('http://127.0.0.1:8080/', (page) => end(page.statusCode)).on('error', () => {
    isDead = once !== undefined
    end(503)
  })
}).listen(Number(port), '127.0.0.1')
`

/** Serves one interface by its name, as a DHCP server or a router does. */
const NAMED = `const { networkInterfaces } = require('node:os')
const seen = networkInterfaces().ens3 ?? []
const alike = seen.some((one) => one.mac === '02:00:00:00:00:05' && one.cidr === '10.8.0.1/24')
if (!alike) throw new Error('No address of 10.8.0.0/24 on ens3')
const answer = (request, response) => response.end('here')
require('node:http').createServer(answer).listen(8092, '10.8.0.1')
require('node:http').createServer(answer).listen(8092, 'fe80::5%ens3')
`

describe.skipIf(skipLab())(labTitle('a clone'), () => {
  it.each(suites)(
    'on %s starts what runs live, breaks and rolls back alone, and leaves nothing',
    async (suite) => {
      const lab = await boot({ suite, services, files: NGINX })
      for (const unit of Object.keys(CHECKS)) {
        const before = await everything(lab, unit)
        const production = await identity(lab, unit)
        const result = await rehearse(
          lab,
          wishFor(unit, {
            changes: [
              { settings: ['RestrictAddressFamilies=', 'RestrictAddressFamilies=AF_UNIX'] },
              { settings: ['ProtectHome=yes', 'PrivateTmp=yes'] },
            ],
            shell: [`cat /etc/systemd/system/${unit}.d/*hardenctl*`, 'ls -A /run/hardenctl'],
          }),
        )
        expect(result).toMatchObject({ problem: null, notes: [], verdict: { same: true } })
        expect(result.attempts).toMatchObject([
          { healthy: false, undone: { proven: true } },
          { healthy: true, kept: true, reasons: [] },
        ])
        expect(result.shell[0]).toContain('ProtectHome=yes')
        expect(await identity(lab, unit)).toBe(production)
        expect(await everything(lab, unit)).toEqual(before)
        console.log(`${suite} ${unit}: ${JSON.stringify(result.ms)}`)
      }
    },
  )

  it('boots beside others like it', async () => {
    const lab = await boot({ services: ['nginx'] })
    const unit = 'nginx.service'
    const before = await everything(lab, unit)
    const wish = { unit, checks: ['http://127.0.0.1/'], changes: [{ settings: ['ProtectHome=yes'] }] }
    const results = await Promise.all([wish, wish, wish, wish].map((one) => rehearse(lab, one)))
    for (const { verdict, attempts } of results) {
      expect(verdict).toMatchObject({ same: true })
      expect(attempts).toMatchObject([{ healthy: true }])
    }
    expect(await everything(lab, unit)).toEqual(before)
  })

  it('has the interfaces of the host, each with its name and addresses', async () => {
    const link = (line: string): string[] => ['ip', ...line.split(' ')]
    const lab = await boot({
      files: {
        '/srv/named.cjs': NAMED,
        '/etc/systemd/system/named.service': '[Service]\nExecStart=/usr/local/bin/node /srv/named.cjs\n',
      },
      setup: [
        link('link add ens3 address 02:00:00:00:00:05 type veth peer name far'),
        link('link set ens3 addrgenmode none'),
        link('link set far up'),
        link('link set ens3 up'),
        link('address add 10.8.0.1/24 dev ens3'),
        link('address add fe80::5/64 dev ens3 nodad'),
        ['systemctl', 'start', 'named'],
      ],
    })
    const before = await lab.output(link('-brief address'))
    const checks = ['http://10.8.0.1:8092/', 'tcp:[fe80::5%ens3]:8092']
    const { verdict } = await rehearse(lab, { unit: 'named.service', checks })
    expect(verdict).toMatchObject({ same: true })
    expect(await lab.output(link('-brief address'))).toBe(before)
  })

  it('hands files over and back without the live host seeing any of it', async () => {
    const lab = await boot({ services: ['redis-server'] })
    const unit = 'redis-server.service'
    const before = await everything(lab, unit)
    const owner = { path: '/var/lib/redis', user: 'daemon', group: 'daemon' }
    const result = await rehearse(
      lab,
      wishFor(unit, {
        changes: [
          {
            settings: [
              'User=daemon',
              'Group=daemon',
              'RestrictAddressFamilies=',
              'RestrictAddressFamilies=AF_UNIX',
            ],
            owner,
          },
        ],
        shell: [
          'stat -c %U:%G /var/lib/redis',
          'chown -R daemon:daemon /etc /var/log',
          'stat -c %U /etc/passwd',
        ],
      }),
    )
    expect(result.attempts).toMatchObject([{ healthy: false, undone: { proven: true } }])
    expect(result.shell).toEqual(['0 redis:redis', '0', '0 daemon'])
    expect(await everything(lab, unit)).toEqual(before)
  })

  it.each(['kill -9 of hardenctl', 'systemctl stop of the clone', 'kill -9 of its first process'])(
    'is gone wholly after %s',
    async (how) => {
      const lab = await boot({ services: ['nginx'] })
      const unit = 'nginx.service'
      const before = await everything(lab, unit)
      const { clone, kill } = await hold(lab, { unit, checks: ['http://127.0.0.1/'] })
      expect((await everything(lab, unit)).machine.units).toContain(clone)
      if (how.includes('stop')) await lab.output(['systemctl', 'stop', clone])
      if (how.includes('first process')) await lab.output(['systemctl', 'kill', '-s', 'KILL', clone])
      await kill()
      await expect.poll(() => everything(lab, unit), { timeout: 10_000, interval: 200 }).toEqual(before)
    },
  )

  it('lays an overlay over every file system, and keeps what it writes and fills to itself', async () => {
    const lab = await boot({
      setup: [
        ['mount', '-t', 'tmpfs', '-o', 'noexec,nosuid', 'home', '/home'],
        ['mount', '-t', 'tmpfs', 'srv', '/srv'],
        ['mkdir', '-p', '/srv/a,b:c d'],
        ['mount', '-t', 'tmpfs', 'nested', '/srv/a,b:c d'],
        ['sh', '-c', 'mkdir /newvar && mount -t tmpfs var /newvar && cp -a /var/. /newvar/'],
        ['mount', '--bind', '/newvar', '/var'],
        ['mkdir', '-p', '/boot'],
        ['mount', '-t', 'tmpfs', 'boot', '/boot'],
        ['sh', '-c', 'for d in /home /srv "/srv/a,b:c d" /var /boot; do echo live >"$d/mark"; done'],
      ],
      services: ['nginx'],
    })
    const result = await rehearseUntouched(lab, [
      'cat /home/mark /srv/mark "/srv/a,b:c d/mark" /var/mark /boot/mark | sort -u',
      'for d in /home /srv "/srv/a,b:c d" /var; do echo clone >"$d/mark" || exit 1; done',
      'echo clone >/boot/mark',
      'cp /bin/true /home/true && /home/true',
      'dd if=/dev/zero of=/var/full bs=1M count=8000 2>&1 | grep -o "No space left"',
    ])
    expect(result).toMatchObject({ notes: [], verdict: { same: true } })
    expect(result.shell.map((line) => line.split(' ')[0])).toEqual(['0', '0', '2', '126', '0'])
    expect(result.shell[0]).toBe('0 live')
    const marks = ['/home/mark', '/srv/mark', '/srv/a,b:c d/mark', '/var/mark']
    for (const mark of marks) expect(await lab.read(mark)).toBe('live\n')
  })

  it.skipIf(!existsSync('/dev/loop-control'))(
    'writes to an image on disk where memory is short',
    async () => {
      const lab = await boot({
        size: '10g',
        setup: [
          [
            'sh',
            '-c',
            'mknod /dev/loop-control c 10 237; for n in 0 1 2 3 4 5 6 7; do mknod /dev/loop$n b 7 $n; done',
          ],
          ['sh', '-c', 'sed "s/^MemAvailable:.*/MemAvailable: 500000 kB/" /proc/meminfo >/root/meminfo'],
          ['mount', '--bind', '/root/meminfo', '/proc/meminfo'],
        ],
        services: ['nginx'],
      })
      const result = await rehearseUntouched(lab, [
        'dd if=/dev/zero of=/var/some bs=1M count=600 2>&1 | grep -c copied',
        'df --output=size -k / | tail -1',
      ])
      expect(result).toMatchObject({ problem: null, notes: [], verdict: { same: true } })
      expect(result.shell[0]).toBe('0 1')
      expect(Number(result.shell[1]?.split(' ').at(-1))).toBeGreaterThan(1_500_000)
      console.log(`on disk: ${JSON.stringify(result.ms)}`)
    },
  )

  it('may load no module, set no clock, write no sysctl and open no disk', async () => {
    const lab = await boot({ services: ['nginx'] })
    const inUnit = (line: string) => `systemd-run --quiet --wait --pipe sh -c '${line}'`
    const result = await rehearse(lab, {
      unit: 'nginx.service',
      checks: ['http://127.0.0.1/'],
      shell: [
        inUnit('capsh --print | grep -E -c "Bounding.*cap_sys_(module|boot|time|rawio)"'),
        inUnit('echo 1 >/proc/sys/vm/drop_caches'),
        inUnit('echo h >/proc/sysrq-trigger'),
        inUnit('mknod /root/disk b 254 0'),
        'chrt -p 1; ps -o ni= -p 1',
        'ip -o link | wc -l',
      ],
    })
    expect(result.shell.map((line) => line.split(' ')[0])).toEqual(['1', '2', '2', '1', '0', '0'])
    expect(result.shell[4]).toContain('SCHED_IDLE')
    expect(result.shell[5]).toBe('0 1')
  })

  it('says what is missing where the service does not answer in it, and starts it on request', async () => {
    const files = {
      '/etc/systemd/system/shop.service': `[Service]
ExecStartPre=/bin/sh -c 'curl -sS --max-time 2 http://127.0.0.1:8080/ >/dev/null || { echo "connect to 127.0.0.1:8080 refused"; exit 1; }'
ExecStart=/usr/bin/sleep infinity
`,
      '/srv/front.cjs': FRONT,
      '/etc/systemd/system/front.service': '[Service]\nExecStart=/usr/local/bin/node /srv/front.cjs\n',
      '/etc/systemd/system/shy.service':
        '[Service]\nExecStart=/usr/local/bin/node /srv/front.cjs 8091 once\n',
      ...NGINX,
    }
    const lab = await boot({
      files,
      services: ['nginx'],
      setup: [
        ['systemctl', 'start', 'nginx'],
        ['systemctl', 'start', 'shop', 'front', 'shy'],
      ],
    })
    const alone = await rehearse(lab, { unit: 'shop.service', checks: [] })
    expect(alone.verdict).toMatchObject({ same: false, startable: ['nginx.service'] })
    expect(JSON.stringify(alone.verdict)).toContain('port 8080 is served by nginx.service')
    const together = await rehearse(lab, { unit: 'shop.service', checks: [], companions: ['nginx.service'] })
    expect(together.verdict).toMatchObject({ same: true })
    // It answers without the other too, and no log line says that it missed it.
    const front = await rehearse(lab, { unit: 'front.service', checks: ['http://127.0.0.1:8090/'] })
    expect(front.verdict).toMatchObject({ same: false, startable: ['nginx.service'] })
    // Once refused, this one holds the other for dead.
    const shy = await rehearse(lab, { unit: 'shy.service', checks: ['http://127.0.0.1:8091/'] })
    expect(shy.verdict).toMatchObject({ same: false, startable: ['nginx.service'] })
  })
})
