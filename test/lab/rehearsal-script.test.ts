import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { parseMounts, visibleMounts } from '../../src/observe/proc/mounts.ts'
import { type BootPlan, bootScript } from '../../src/rehearsal/boot/boot-script.ts'
import { cloneUnit, systemdRun } from '../../src/rehearsal/boot/clone-unit.ts'
import { layersOf } from '../../src/rehearsal/boot/layers.ts'
import { chooseStorage } from '../../src/rehearsal/boot/upper-layer.ts'
import { unitOfCgroup } from '../../src/rehearsal/compare/listener-unit.ts'
import { endpointsInJournal } from '../../src/rehearsal/compare/missing-endpoints.ts'

/** A server with file systems of its own for /var and /home, a share, a snap, containers and a covered mount. */
const MOUNTINFO = `22 28 0:21 / /proc rw,nosuid,nodev,noexec,relatime shared:13 - proc proc rw,hidepid=2,gid=4
23 28 0:22 / /sys rw,nosuid,nodev,noexec,relatime shared:7 - sysfs sysfs rw
28 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw,errors=remount-ro
30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw
31 28 0:27 / /run rw,nosuid,nodev shared:5 - tmpfs tmpfs rw,size=400M
40 28 254:2 / /var rw,nosuid,noexec,relatime shared:20 - xfs /dev/vda2 rw
41 40 254:3 / /var/lib/shop\\040data rw,relatime shared:21 - ext4 /dev/vda3 rw
42 28 254:4 / /home rw,nodev shared:22 - ext4 /dev/vda4 rw
43 28 254:5 / /boot rw,relatime - ext4 /dev/vda5 rw
44 28 0:50 / /srv/share rw,relatime - nfs4 nas:/share rw,vers=4.2
45 40 0:60 / /var/lib/docker/overlay2/ab/merged rw - overlay overlay rw,lowerdir=/x
46 31 0:61 / /run/user/1000 rw - tmpfs tmpfs rw
47 28 254:6 / /opt rw - ext4 /dev/vda6 rw
48 47 254:7 / /opt/hidden rw - ext4 /dev/vda7 rw
49 47 254:8 / /opt rw - ext4 /dev/vda8 rw
50 28 254:1 /usr/bin/node /usr/local/bin/node ro,relatime - ext4 /dev/vda1 rw
51 28 0:70 / /proc/sys/fs/binfmt_misc rw - autofs systemd-1 rw
`

const PLAN: BootPlan = {
  folder: '/run/hardenctl/clone-x',
  cgroups: '/sys/fs/cgroup',
  upper: { place: 'memory' },
  upperKiB: 1024,
  layers: layersOf(visibleMounts(parseMounts(MOUNTINFO))),
  procOptions: ['hidepid=2'],
  runFiles: ['/run/systemd/resolve/stub-resolv.conf'],
  links: [
    {
      name: 'ens3',
      mac: '02:00:00:00:00:05',
      addresses: [
        { address: '10.0.0.5', prefix: 24, ipv6: false },
        { address: 'fe80::5', prefix: 64, ipv6: true },
      ],
    },
  ],
  systemd: '/usr/lib/systemd/systemd',
  securityfs: true,
}

function isShell(text: string): boolean {
  return spawnSync('/bin/sh', ['-n'], { input: text }).status === 0
}

describe('the layers of a clone', () => {
  it('are every real file system, none of the kernel’s, and no covered mount', () => {
    const layers = PLAN.layers.map(({ kind, point, options }) => [kind, point, ...options].join(' '))
    expect(layers).toEqual([
      'overlay /',
      'overlay /var nosuid noexec',
      'overlay /opt',
      'overlay /home nodev',
      'bind /boot',
      'bind /srv/share',
      'overlay /var/lib/shop data',
      'bind /usr/local/bin/node',
    ])
  })

  it('take writes in memory while there is plenty, on disk where that is short', () => {
    const gib = 1024 * 1024
    expect(chooseStorage(16 * gib, 100 * gib)).toMatchObject({ upper: 'memory', upperKiB: gib })
    expect(chooseStorage(2 * gib, 100 * gib)).toMatchObject({ upper: 'memory', upperKiB: gib / 2 })
    expect(chooseStorage(gib / 2, 4 * gib)).toMatchObject({
      upper: 'disk',
      upperKiB: gib,
      memoryMaxKiB: gib / 4,
    })
    expect(chooseStorage(gib / 2, gib / 2)).toMatchObject({ upper: 'memory', upperKiB: gib / 8 })
  })
})

describe('the script', () => {
  it('is what a plain shell reads, whatever the paths hold', () => {
    const wild = { point: "/srv/it's a $(touch /x),:`id`", kind: 'overlay' as const, options: [] }
    const text = bootScript({ ...PLAN, layers: [...PLAN.layers, wild] })
    expect(isShell(text)).toBe(true)
    expect(text).toContain(`beside overlay '/srv/it'\\''s a $(touch /x),:\`id\`' ''`)
    expect(isShell(bootScript({ ...PLAN, upper: { place: 'disk', image: '/var/tmp/x.img' } }))).toBe(true)
  })

  it('takes what reaches beyond namespaces out of reach', () => {
    const text = bootScript(PLAN)
    expect(text).toContain('--bounding-set=-sys_module,-sys_boot,-sys_time,-sys_rawio')
    expect(text).toMatch(/for part in sys sysrq-trigger .*bind,ro/s)
    const argv = systemdRun(cloneUnit('x'), 'nginx.service', chooseStorage(4_000_000, 0), 'exit 0')
    expect(argv).toEqual(
      expect.arrayContaining([
        '--unit=hardenctl-clone-x.service',
        '--property=DevicePolicy=closed',
        '--property=CPUSchedulingPolicy=idle',
        '--property=OOMScoreAdjust=1000',
        '--property=RuntimeMaxSec=1800s',
      ]),
    )
    expect(argv.some((word) => word.includes('block-loop'))).toBe(false)
  })
})

describe('what a service lacks', () => {
  it.each([
    [
      'could not connect to server: Connection refused, is it running on host "localhost" (127.0.0.1), port 5432',
      { port: 5432 },
    ],
    [
      'connect() to unix:/run/php/php8.2-fpm.sock failed (2: No such file or directory)',
      { path: '/run/php/php8.2-fpm.sock' },
    ],
    ['dial tcp [::1]:6379: connect: connection refused', { port: 6379 }],
  ])('is read from: %s', (line, endpoint) => {
    expect(endpointsInJournal(['Starting up', line, 'bye'])).toMatchObject({ line, endpoints: [endpoint] })
  })

  it('is nothing where no line tells', () => {
    expect(endpointsInJournal(['ready', 'segmentation fault'])).toBeUndefined()
  })

  it('leads to a unit through a process’s cgroup', () => {
    expect(unitOfCgroup('0::/system.slice/postgresql@15-main.service\n')).toBe('postgresql@15-main.service')
    expect(unitOfCgroup('1:name=systemd:/system.slice/a.service\n0::/\n')).toBeUndefined()
    expect(unitOfCgroup('0::/user.slice/user-1.slice/session-2.scope\n')).toBeUndefined()
  })
})
