import { expect, test } from 'vitest'
import { execCommands, withoutSecrets } from '../../../src/observe/config/unit.ts'
import { observe } from '../../../src/observe/observe.ts'
import { differingNamespaces } from '../../../src/observe/proc/processes.ts'
import { memoryHost } from './memory-host.ts'

test('secrets are cut to their names', () => {
  const properties = withoutSecrets({
    Environment: ['TOKEN=s3cret "MOTTO=a s3cret \\" word" $\'X=s3cret\\n\''],
    PassEnvironment: ['HOME TERM'],
    SetCredential: ['db.password:s3cret'],
    LoadCredentialEncrypted: ['key:/etc/s3cret'],
    EnvironmentFiles: ['/etc/default/a (ignore_errors=yes)'],
  })
  expect(properties).toEqual({
    Environment: ['TOKEN MOTTO X'],
    PassEnvironment: ['HOME TERM'],
    SetCredential: ['db.password'],
    LoadCredentialEncrypted: ['key'],
    EnvironmentFiles: ['/etc/default/a (ignore_errors=yes)'],
  })
})

test('the Ex properties are preferred, since they tell the prefixes', () => {
  const tail = 'start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }'
  const commands = execCommands({
    ExecStart: [`{ path=/bin/a ; argv[]=/bin/a -x ; ignore_errors=no ; ${tail}`],
    ExecStartEx: [`{ path=/bin/a ; argv[]=/bin/a -x ; flags=privileged ; ${tail}`],
    ExecStop: [`{ path=/bin/b ; argv[]=/bin/b ; ignore_errors=yes ; ${tail}`],
    ExecMainPID: ['5'],
  })
  expect(commands).toEqual({
    ExecStart: [{ path: '/bin/a', argv: ['/bin/a', '-x'], flags: ['privileged'] }],
    ExecStop: [{ path: '/bin/b', argv: ['/bin/b'], flags: ['ignore-failure'] }],
  })
})

test('a namespace that is not known on one side does not differ', () => {
  expect(
    differingNamespaces(
      { mnt: 'mnt:[2]', net: 'net:[1]', pid: 'pid:[9]' },
      { mnt: 'mnt:[1]', net: 'net:[1]' },
    ),
  ).toEqual(['mnt'])
})

const STATUS = 'Name:\ta\nUid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\n'
const stat = (ticks: number) =>
  `7 (a) S 1 7 7 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${ticks} 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 17 0 0 0 0`

test('processes that end, or are others by the end, are left out; one remains', async () => {
  const files = {
    '/proc/1/mountinfo': '31 23 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
    '/proc/1/ns/mnt': { link: 'mnt:[1]' },
    '/proc/7/stat': stat(100),
    '/proc/7/status': STATUS,
    '/proc/7/exe': { link: '/usr/bin/a (deleted)' },
    '/proc/7/ns/mnt': { link: 'mnt:[2]' },
    '/proc/7/maps': { error: 'EACCES' },
    '/proc/8/status': { error: 'ESRCH' },
    '/proc/8/stat': stat(101),
    '/proc/9/status': STATUS,
    '/proc/9/stat': stat(102),
    '/proc/sys/kernel/osrelease': '6.1.0\n',
  }
  const host = memoryHost({
    files,
    groups: { '/sys/fs/cgroup/a': [7, 8, 9, 6] },
    programs: {
      'systemctl show --no-pager --all -- a.service':
        'Id=a.service\nNames=a.service\nMainPID=7\nControlGroup=/a\nEnvironment=K=s3cret\n',
      'uname -m': 'x86_64\n',
      'systemctl --version': 'systemd 252 (252.39)\n',
    },
  })
  let readings = 0
  const read = async (path: string) => {
    if (path === '/proc/9/stat' && readings++ > 0) return stat(999)
    return host.read(path)
  }
  const facts = await observe({ ...host, read }, 'a.service')
  expect(facts.processes).toMatchObject([
    { pid: 7, executable: '/usr/bin/a', isMain: true, ownNamespaces: ['mnt'], startTicks: '100', umask: -1 },
  ])
  expect(facts).toMatchObject({ systemd: 252, kernel: '6.1.0', architecture: 'x86_64' })
  expect(facts.gaps).toContain('/proc/7/maps could not be read: EACCES')
  expect(JSON.stringify(facts)).not.toContain('s3cret')
})
