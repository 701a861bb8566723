import { describe, expect, it } from 'vitest'
import { remedyId } from '../../../../src/catalog/common/remedy.ts'
import type { FailedCall } from '../../../../src/observe/trace/learned.ts'
import { refusedCalls } from '../../../../src/trial/diagnosis/refused-calls.ts'

const sightings = [{ program: '/usr/sbin/apache2', phase: 'start', count: 1 }]
const failed = (name: string, error: string, more: Partial<FailedCall> = {}): FailedCall => ({
  name,
  error,
  ...more,
  sightings,
})
const CASES: [why: string, failed: FailedCall, setting: string, remedy: string[]][] = [
  ['killed', failed('setgroups', 'SIGSYS'), 'SystemCallFilter', ['system-call setgroups']],
  [
    'answered by a filter',
    failed('setgroups', 'EPERM', { needs: ['cap_setgid'] }),
    'SystemCallFilter',
    ['system-call setgroups'],
  ],
  [
    'capability',
    failed('fchownat', 'EPERM', { path: '/run/x', needs: ['cap_chown'] }),
    'CapabilityBoundingSet',
    ['capability CAP_CHOWN'],
  ],
  [
    'permissions of a file',
    failed('chroot', 'EACCES', { path: '/home/a/data', needs: ['cap_sys_chroot'] }),
    'CapabilityBoundingSet',
    ['capability CAP_SYS_CHROOT', 'capability CAP_DAC_READ_SEARCH', 'capability CAP_DAC_OVERRIDE'],
  ],
  [
    'process of another account',
    failed('openat', 'EACCES', { path: '/proc/1/root' }),
    'CapabilityBoundingSet',
    ['capability CAP_SYS_PTRACE', 'capability CAP_DAC_READ_SEARCH', 'capability CAP_DAC_OVERRIDE'],
  ],
  [
    'what everybody may see of a process',
    failed('openat', 'EACCES', { path: '/proc/1/status' }),
    'CapabilityBoundingSet',
    ['capability CAP_DAC_READ_SEARCH', 'capability CAP_DAC_OVERRIDE'],
  ],
  [
    'file of another',
    failed('fchmod', 'EPERM', { path: '/run/x', needs: ['cap_fowner'] }),
    'CapabilityBoundingSet',
    ['capability CAP_FOWNER'],
  ],
  ['permissions of a file, as an account', failed('openat', 'EACCES', { path: '/run/x' }), 'User', []],
  [
    'family',
    failed('socket', 'EAFNOSUPPORT', { needs: ['AF_NETLINK'] }),
    'RestrictAddressFamilies',
    ['address-family AF_NETLINK'],
  ],
  [
    'read-only',
    failed('openat', 'EROFS', { path: '/var/log/x' }),
    'ProtectSystem',
    ['read-write-path /var/log/x'],
  ],
  ['home', failed('openat', 'ENOENT', { path: '/home/a/.netrc' }), 'ProtectHome', ['step-down ProtectHome']],
  ['device', failed('openat', 'ENOENT', { path: '/dev/kvm' }), 'PrivateDevices', ['drop PrivateDevices']],
  ['program', failed('execve', 'EACCES', { path: '/opt/x' }), 'NoExecPaths', ['exec-path /opt/x']],
  [
    'memory',
    failed('mprotect', 'EACCES', { needs: ['write-execute'] }),
    'MemoryDenyWriteExecute',
    ['drop MemoryDenyWriteExecute'],
  ],
  [
    'namespace',
    failed('unshare', 'EPERM', { needs: ['namespace'] }),
    'RestrictNamespaces',
    ['drop RestrictNamespaces'],
  ],
  ['not by this trial', failed('openat', 'ENOENT', { path: '/etc/none' }), 'ProtectHome', []],
  ['not by this setting', failed('setgroups', 'SIGSYS'), 'ProtectHome', []],
]

describe('a setuid helper that was refused something', () => {
  const call = failed('openat', 'EACCES', { path: '/var/spool/x', needs: ['cap_dac_override'] })
  const told = (key: string) =>
    refusedCalls([call], [{ section: 'Service' as const, key, value: 'x' }], ['/usr/sbin/apache2'])

  it('lost its rights by NoNewPrivileges, where that is set', () => {
    expect(told('NoNewPrivileges').lines.join()).toContain('and NoNewPrivileges disables that')
  })

  it('is judged as every program is, where it is not', () => {
    expect(told('CapabilityBoundingSet').lines.join()).not.toContain('NoNewPrivileges')
    expect(told('CapabilityBoundingSet').remedies.map(remedyId)).toContain('capability CAP_DAC_OVERRIDE')
  })
})

describe('a call that failed by a trial', () => {
  it.each(CASES)('%s', (_, call, key, remedies) => {
    const assignments = [{ section: 'Service' as const, key, value: 'x' }]
    const told = refusedCalls([call, call], assignments)
    expect(told.remedies.map(remedyId)).toEqual(remedies)
    expect(told.lines).toHaveLength(remedies.length === 0 ? 0 : 1)
  })
})
