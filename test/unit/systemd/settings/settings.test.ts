import { describe, expect, it } from 'vitest'
import type { Assignment } from '../../../../src/catalog/common/types.ts'
import { applyAssignments, settingsFromShow } from '../../../../src/systemd/settings/settings.ts'
import { difference } from '../../../../src/systemd/settings/settings-difference.ts'
import { ALL_CAPABILITIES, addressRanges, words } from '../../../../src/systemd/settings/settings-values.ts'

const groups = {
  '@default': ['exit', 'brk'],
  '@swap': ['swapon', 'swapoff'],
  '@chown': ['chown', 'fchownat'],
  // As a newer call that came with systemd, but not with libseccomp.
  '@file': ['open', 'file_getattr'],
}

function lines(...texts: string[]): Assignment[] {
  return texts.map((text) => {
    const [key = '', value = ''] = text.split(/=(.*)/s)
    return { section: key === 'After' ? 'Unit' : 'Service', key, value }
  })
}

/** Sorted values of a setting after lines on top of what is shown. */
function merged(key: string, shown: Record<string, string[]>, ...texts: string[]) {
  return [...(applyAssignments(settingsFromShow(shown), lines(...texts), groups)[key] ?? [])].sort()
}

describe('what systemctl shows', () => {
  it('counts by the finer property, unless systemctl could not print it', () => {
    const shown = { ProtectHostname: ['no'], ProtectHostnameEx: ['[unprintable]'] }
    expect(settingsFromShow(shown).ProtectHostname).toEqual(['no'])
    const finer = { PrivateTmp: ['yes'], PrivateTmpEx: ['disconnected'] }
    expect(settingsFromShow(finer).PrivateTmp).toEqual(['disconnected'])
  })
})

describe('merging', () => {
  it.each([
    ['PrivateTmp', ['PrivateTmp=1'], ['yes']],
    ['PrivateTmp', ['PrivateTmp=yes', 'PrivateTmp=off'], ['no']],
    ['ProtectSystem', ['ProtectSystem=true', 'ProtectSystem=strict'], ['strict']],
    ['UMask', ['UMask=27'], ['0027']],
    ['CapabilityBoundingSet', ['CapabilityBoundingSet='], []],
    [
      'CapabilityBoundingSet',
      ['CapabilityBoundingSet=CAP_KILL', 'CapabilityBoundingSet=CAP_CHOWN'],
      ['cap_chown', 'cap_kill'],
    ],
    [
      'CapabilityBoundingSet',
      ['CapabilityBoundingSet=CAP_KILL CAP_CHOWN', 'CapabilityBoundingSet=~CAP_KILL'],
      ['cap_chown'],
    ],
    [
      'CapabilityBoundingSet',
      ['CapabilityBoundingSet=', 'CapabilityBoundingSet=~'],
      [...ALL_CAPABILITIES].sort(),
    ],
    ['AmbientCapabilities', ['AmbientCapabilities=CAP_KILL', 'AmbientCapabilities='], []],
    ['SystemCallFilter', ['SystemCallFilter=@swap'], ['brk', 'exit', 'swapoff', 'swapon']],
    ['SystemCallFilter', ['SystemCallFilter=@swap', 'SystemCallFilter=~swapon exit'], ['brk', 'swapoff']],
    ['SystemCallFilter', ['SystemCallFilter=~@swap', 'SystemCallFilter=@chown'], ['swapoff', 'swapon', '~']],
    [
      'SystemCallFilter',
      ['SystemCallFilter=~@swap', 'SystemCallFilter=', 'SystemCallFilter=chown'],
      ['brk', 'chown', 'exit'],
    ],
    ['SystemCallFilter', ['SystemCallFilter=~swapon:1 chown:kill'], ['chown:kill', 'swapon:EPERM', '~']],
    [
      'SystemCallFilter',
      ['SystemCallFilter=chown', 'SystemCallFilter=chown:EPERM uname:EPERM'],
      ['brk', 'chown', 'exit'],
    ],
    ['SystemCallLog', ['SystemCallLog=@swap'], ['swapoff', 'swapon']],
    ['SystemCallErrorNumber', ['SystemCallErrorNumber=EPERM'], ['1']],
    ['SystemCallErrorNumber', ['SystemCallErrorNumber=kill'], ['2147483646']],
    ['RestrictAddressFamilies', ['RestrictAddressFamilies=none'], []],
    [
      'RestrictAddressFamilies',
      ['RestrictAddressFamilies=AF_UNIX', 'RestrictAddressFamilies=~AF_UNIX AF_INET'],
      [],
    ],
    [
      'RestrictAddressFamilies',
      ['RestrictAddressFamilies=~AF_UNIX AF_INET', 'RestrictAddressFamilies=AF_INET'],
      ['AF_UNIX', '~'],
    ],
    ['RestrictNamespaces', ['RestrictNamespaces=yes'], []],
    ['RestrictNamespaces', ['RestrictNamespaces=~user mnt'], ['cgroup', 'ipc', 'net', 'pid', 'uts']],
    ['RestrictNamespaces', ['RestrictNamespaces=user', 'RestrictNamespaces=net'], ['net', 'user']],
    ['RestrictNamespaces', ['RestrictNamespaces=yes', 'RestrictNamespaces=net'], ['net']],
    ['ReadWritePaths', ['ReadWritePaths=/a/ -//b', 'ReadWritePaths="/c d"'], ['-/b', '/a', '/c d']],
    ['ReadWritePaths', ['ReadWritePaths=/a', 'ReadWritePaths='], []],
    ['ReadWritePaths', ['ReadWritePaths=/var/run/a -/var/run'], ['-/run', '/run/a']],
    ['IPAddressDeny', ['IPAddressDeny=any'], ['0.0.0.0/0', '::/0']],
    [
      'IPAddressAllow',
      ['IPAddressAllow=link-local multicast'],
      ['169.254.0.0/16', '224.0.0.0/4', 'fe80::/64', 'ff00::/8'],
    ],
    ['DeviceAllow', ['DeviceAllow=/dev/null', 'ProtectClock=yes'], ['/dev/null rwm', 'char-rtc r']],
    ['DeviceAllow', ['ProtectClock=yes'], []],
    ['DevicePolicy', ['PrivateDevices=yes'], ['closed']],
    ['DevicePolicy', ['PrivateDevices=yes', 'DevicePolicy=strict'], ['strict']],
    ['SocketBindAllow', ['SocketBindAllow=ipv4:tcp:80', 'SocketBindAllow=tcp'], ['ipv4tcp80', 'tcpany']],
    ['ProtectHome', ['DynamicUser=yes'], ['read-only']],
    ['ProtectHome', ['DynamicUser=yes', 'ProtectHome=tmpfs'], ['tmpfs']],
    ['ProtectSystem', ['DynamicUser=yes', 'ProtectSystem=full'], ['strict']],
  ] as const)('%s after %j', (key, texts, expected) => {
    expect(merged(key, {}, ...texts)).toEqual([...expected].sort())
  })

  const implied = ALL_CAPABILITIES.filter((name) => !['cap_mknod', 'cap_sys_rawio'].includes(name))
  const shown = {
    PrivateDevices: ['yes'],
    DevicePolicy: ['closed'],
    CapabilityBoundingSet: [implied.join(' ')],
  }
  it('takes the implied part of a bounding set for implied', () => {
    expect(merged('CapabilityBoundingSet', shown, 'CapabilityBoundingSet=CAP_KILL')).toEqual(['cap_kill'])
    expect(merged('CapabilityBoundingSet', shown, 'PrivateDevices=no')).toEqual([...ALL_CAPABILITIES].sort())
    expect(merged('DevicePolicy', shown, 'PrivateDevices=no')).toEqual(['auto'])
  })
  it('leaves what it is given', () => {
    const before = settingsFromShow(shown)
    const copy = structuredClone(before)
    applyAssignments(before, lines('CapabilityBoundingSet=', 'UMask=0077'), groups)
    expect(before).toEqual(copy)
  })
})

describe('values', () => {
  it.each([
    ['10.1.2.3', ['10.1.2.3/32']],
    ['10.1.2.3/8', ['10.0.0.0/8']],
    ['2001:DB8:0:0::1/32', ['2001:db8::/32']],
    ['::1', ['::1/128']],
    ['10.1.2', ['10.1.2']],
    ['1.2.3.4/33', ['1.2.3.4/33']],
    ['1::2::3', ['1::2::3']],
    ['nowhere', ['nowhere']],
  ])('%s is the range %j', (text, ranges) => expect(addressRanges(text)).toEqual(ranges))
  it.each([
    ['a  b', ['a', 'b']],
    ['"a b" \'c d\' e"f g"', ['a b', 'c d', 'ef g']],
    ['', []],
    ['"open', ['"open']],
  ])('%j are the words %j', (text, found) => expect(words(text)).toEqual(found))
})

const EXEC = (path: string, argv: string) =>
  `{ path=${path} ; argv[]=${argv} ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }`

describe('difference', () => {
  it.each<[string, string[], Record<string, string[]>]>([
    ['a word', ['User=www'], { User: ['www'] }],
    ['a boolean', ['PrivateTmp=1'], { PrivateTmp: ['yes'] }],
    ['octal', ['UMask=27'], { UMask: ['0027'] }],
    [
      'another order and case',
      ['CapabilityBoundingSet=', 'CapabilityBoundingSet=CAP_NET_RAW CAP_KILL'],
      { CapabilityBoundingSet: ['cap_kill cap_net_raw'] },
    ],
    [
      'capabilities that are implied away',
      ['CapabilityBoundingSet=', 'CapabilityBoundingSet=CAP_KILL CAP_MKNOD'],
      { CapabilityBoundingSet: ['cap_kill'], PrivateDevices: ['yes'] },
    ],
    [
      'the clock device',
      ['DeviceAllow=', 'DeviceAllow=/dev/null rw'],
      { DeviceAllow: ['char-rtc r', '/dev/null rw'], ProtectClock: ['yes'] },
    ],
    ['a list on top of another', ['ReadWritePaths=/b'], { ReadWritePaths: ['/a /b'] }],
    ['/var/run', ['PIDFile=/var/run/x.pid'], { PIDFile: ['/run/x.pid'] }],
    ['After', ['After=a.service'], { After: ['b.target a.service'] }],
    [
      'a call that libseccomp lacks',
      ['SystemCallFilter=', 'SystemCallFilter=@file'],
      { SystemCallFilter: ['brk exit open'] },
    ],
    ['a denial', ['SystemCallFilter=', 'SystemCallFilter=~@swap'], { SystemCallFilter: ['~swapoff swapon'] }],
    ['none', ['RestrictAddressFamilies=none'], { RestrictAddressFamilies: [''] }],
    ['namespaces', ['RestrictNamespaces=yes'], { RestrictNamespaces: ['yes'] }],
    [
      'groups of file systems',
      ['RestrictFileSystems=ext4 @network'],
      { RestrictFileSystems: ['ext4 nfs cifs'] },
    ],
    [
      'a binding',
      ['SocketBindDeny=any', 'SocketBindAllow=ipv4:tcp:80'],
      { SocketBindDeny: ['any'], SocketBindAllow: ['ipv4:tcp80'] },
    ],
    ['a plain yes that is finer', ['PrivateUsers=yes'], { PrivateUsers: ['yes'], PrivateUsersEx: ['self'] }],
    [
      'a disconnected /tmp',
      ['PrivateTmp=yes'],
      { PrivateTmp: ['yes'], PrivateTmpEx: ['disconnected'], DynamicUser: ['yes'] },
    ],
    [
      'a command',
      ['ExecStartPre=', 'ExecStartPre=+/bin/sh -c "echo a  b" %n'],
      { ExecStartPre: [EXEC('/bin/sh', '/bin/sh -c echo a b x.service')] },
    ],
    [
      'a command after others',
      ['ExecStartPre=/bin/b'],
      { ExecStartPre: [EXEC('/bin/a', '/bin/a'), EXEC('/bin/b', '/bin/b')] },
    ],
    [
      'a command with another argv[0]',
      ['ExecStart=', 'ExecStart=@/bin/a name -x'],
      { ExecStart: [EXEC('/bin/a', 'name -x')] },
    ],
    [
      'a command looked up',
      ['ExecStart=', 'ExecStart=sleep 1'],
      { ExecStart: [EXEC('/usr/bin/sleep', '/usr/bin/sleep 1')] },
    ],
    ['no command', ['ExecStop='], {}],
  ])('none for %s', (_, texts, shown) => expect(difference(lines(...texts), shown, groups)).toEqual([]))

  it.each<[string, string[], Record<string, string[]>]>([
    ['a value that was ignored', ['ProtectSystem=strictest'], { ProtectSystem: ['no'] }],
    ['a key that is unknown', ['PrivatePIDs=yes'], {}],
    ['a boolean that is none', ['PrivateTmp=maybe'], { PrivateTmp: ['no'] }],
    ['namespaces that are not shown', ['RestrictNamespaces=no'], {}],
    [
      'a capability too many',
      ['CapabilityBoundingSet=', 'CapabilityBoundingSet=CAP_KILL'],
      { CapabilityBoundingSet: ['cap_kill cap_chown'] },
    ],
    [
      'an unknown capability',
      ['CapabilityBoundingSet=~CAP_NEW'],
      { CapabilityBoundingSet: [ALL_CAPABILITIES.join(' ')] },
    ],
    [
      'an unknown group',
      ['SystemCallFilter=', 'SystemCallFilter=@nosuch'],
      { SystemCallFilter: ['brk exit'] },
    ],
    [
      'an unknown group taken away',
      ['SystemCallFilter=', 'SystemCallFilter=@swap', 'SystemCallFilter=~@nosuch'],
      { SystemCallFilter: ['brk exit swapon swapoff'] },
    ],
    [
      'a call written by name',
      ['SystemCallFilter=', 'SystemCallFilter=@swap file_getattr'],
      { SystemCallFilter: ['brk exit swapon swapoff'] },
    ],
    [
      'a whole group ignored',
      ['SystemCallFilter=', 'SystemCallFilter=@swap @chown'],
      { SystemCallFilter: ['brk exit swapon swapoff'] },
    ],
    [
      'a call too many',
      ['SystemCallFilter=', 'SystemCallFilter=@swap', 'SystemCallFilter=~swapon'],
      { SystemCallFilter: ['brk exit swapon swapoff'] },
    ],
    [
      'a list that denies instead',
      ['SystemCallFilter=', 'SystemCallFilter=@swap'],
      { SystemCallFilter: ['~swapon swapoff'] },
    ],
    ['none not understood', ['RestrictAddressFamilies=none'], { RestrictAddressFamilies: ['~'] }],
    ['file systems not supported', ['RestrictFileSystems=@network'], { RestrictFileSystems: [''] }],
    ['a path missing', ['ReadWritePaths=/a'], { ReadWritePaths: [''] }],
    [
      'an address too many',
      ['IPAddressAllow=', 'IPAddressAllow=10.0.0.1'],
      { IPAddressAllow: ['10.0.0.0/8'] },
    ],
    ['another command', ['ExecStart=', 'ExecStart=/bin/a -x'], { ExecStart: [EXEC('/bin/a', '/bin/a -y')] }],
    [
      'a command too many',
      ['ExecStart=', 'ExecStart=/bin/a'],
      { ExecStart: [EXEC('/bin/a', '/bin/a'), EXEC('/bin/b', '/bin/b')] },
    ],
    ['a command that stayed', ['ExecStop='], { ExecStop: [EXEC('/bin/a', '/bin/a')] }],
  ])('one for %s', (_, texts, shown) => {
    const keys = difference(lines(...texts), shown, groups).map(({ key }) => key)
    expect(keys).toEqual([texts[0]?.split('=')[0]])
  })
})
