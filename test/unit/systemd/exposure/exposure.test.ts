import { describe, expect, it } from 'vitest'
import { exposure, formatScore, rating } from '../../../../src/systemd/exposure/exposure.ts'
import { EXPOSURE_CHECKS } from '../../../../src/systemd/exposure/exposure-checks.ts'
import { applyAssignments, settingsFromShow } from '../../../../src/systemd/settings/settings.ts'
import { STOCK_SHOWN } from './exposure-drop-ins.ts'

const groups = { '@swap': ['swapon', 'swapoff'], '@clock': ['settimeofday', 'clock_settime64'] }
const options = { systemd: 257, syscallGroups: groups }

function scored(...lines: string[]) {
  const assignments = lines.map((line) => {
    const [key = '', value = ''] = line.split(/=(.*)/s)
    return { section: 'Service' as const, key, value }
  })
  return exposure(applyAssignments(settingsFromShow(STOCK_SHOWN), assignments, groups), options)
}

/** Badness by JSON field. */
function badness(field: string, ...lines: string[]) {
  return scored(...lines).checks.find((check) => check.jsonField === field)?.badness
}

it('holds the table of systemd: 81 checks that weigh 56460', () => {
  expect(EXPOSURE_CHECKS).toHaveLength(81)
  expect(EXPOSURE_CHECKS.reduce((total, { weight }) => total + weight, 0)).toBe(56460)
  expect(new Set(EXPOSURE_CHECKS.map(({ jsonField }) => jsonField)).size).toBe(81)
})

it.each([
  [[], 96, 'UNSAFE'],
  [['User=www-data'], 92, 'UNSAFE'],
])('scores %j', (lines, score, word) => expect(scored(...lines)).toMatchObject({ score, rating: word }))

it.each([
  [252, undefined, 80],
  [252, true, 81],
  [257, undefined, 81],
  [257, false, 80],
])('systemd %i with the BPF check %s has %i checks', (systemd, scoresBpf, count) => {
  const found = exposure(
    {},
    { systemd, syscallGroups: groups, ...(scoresBpf !== undefined && { scoresBpf }) },
  )
  expect(found.checks).toHaveLength(count)
})

it.each([
  [100, 'DANGEROUS'],
  [99, 'UNSAFE'],
  [75, 'EXPOSED'],
  [74, 'MEDIUM'],
  [49, 'OK'],
  [10, 'OK'],
  [9, 'SAFE'],
  [0, 'PERFECT'],
])('%i is %s', (score, word) => expect(rating(score)).toBe(word))

it.each([
  [92, '9.2'],
  [100, '10.0'],
  [5, '0.5'],
  [0, '0.0'],
])('%i is written %s', (score, text) => expect(formatScore(score)).toBe(text))

describe('badness', () => {
  it.each([
    ['UserOrDynamicUser', 9, ['User=nobody']],
    ['UserOrDynamicUser', 10, ['User=0']],
    ['UserOrDynamicUser', 0, ['DynamicUser=yes']],
    ['SupplementaryGroups', undefined, ['SupplementaryGroups=adm']],
    ['SupplementaryGroups', 1, ['User=x', 'SupplementaryGroups=adm']],
    ['RemoveIPC', undefined, ['RemoveIPC=yes']],
    ['RemoveIPC', 1, ['User=x']],
    ['PrivateMounts', 0, ['ProtectHome=read-only']],
    ['PrivateMounts', 0, ['ProtectKernelModules=on']],
    ['PrivateMounts', 1, ['ProtectKernelLogs=yes']],
    ['PrivateTmp', undefined, ['DefaultDependencies=no', 'PrivateTmp=yes']],
    ['PrivateTmp', 0, ['PrivateTmp=disconnected']],
    ['ProtectHome', 1, ['ProtectHome=tmpfs']],
    ['ProtectSystem', 3, ['ProtectSystem=full']],
    ['CapabilityBoundingSet_CAP_SYS_MODULE', 0, ['ProtectKernelModules=yes']],
    ['CapabilityBoundingSet_CAP_SYS_MODULE', 1, []],
    ['CapabilityBoundingSet_CAP_AUDIT', 0, ['CapabilityBoundingSet=CAP_KILL']],
    ['UMask', 0, ['UMask=77']],
    ['UMask', 1, ['UMask=0037']],
    ['UMask', 2, ['UMask=0007']],
    ['UMask', 5, []],
    ['UMask', 10, ['UMask=0']],
    ['ProtectProc', 1, ['ProtectProc=noaccess']],
    ['RestrictNamespaces_user', 0, ['RestrictNamespaces=~user']],
    ['RestrictNamespaces_mnt', 1, ['RestrictNamespaces=~user']],
    ['RestrictAddressFamilies_AF_UNIX', 1, ['RestrictAddressFamilies=AF_UNIX']],
    ['RestrictAddressFamilies_AF_INET_INET6', 0, ['RestrictAddressFamilies=AF_UNIX']],
    ['RestrictAddressFamilies_AF_PACKET', 0, ['RestrictAddressFamilies=~AF_PACKET']],
    ['RestrictAddressFamilies_OTHER', 1, ['RestrictAddressFamilies=~AF_PACKET']],
    ['RestrictAddressFamilies_OTHER', 0, ['RestrictAddressFamilies=none']],
    ['SystemCallArchitectures', 0, ['SystemCallArchitectures=native']],
    ['SystemCallArchitectures', 8, ['SystemCallArchitectures=native x86']],
    ['SystemCallFilter_swap', 10, []],
    ['SystemCallFilter_swap', 10, ['SystemCallFilter=~swapon']],
    ['SystemCallFilter_swap', 0, ['SystemCallFilter=~@swap']],
    ['SystemCallFilter_swap', 0, ['SystemCallFilter=~swapon:EPERM swapoff:kill']],
    ['SystemCallFilter_swap', 9, ['SystemCallFilter=swapoff']],
    ['SystemCallFilter_swap', 0, ['SystemCallFilter=read']],
    // clock_settime64 is no call of x86_64, so a denial need not name it.
    ['SystemCallFilter_clock', 0, ['SystemCallFilter=~settimeofday']],
    ['IPAddressDeny', 10, ['IPAddressDeny=0.0.0.0/0']],
    ['IPAddressDeny', 0, ['IPAddressDeny=any']],
    ['IPAddressDeny', 2, ['IPAddressDeny=any', 'IPAddressAllow=localhost']],
    ['IPAddressDeny', 5, ['IPAddressDeny=any', 'IPAddressAllow=127.0.0.1']],
    ['DeviceAllow', 0, ['PrivateDevices=yes']],
    ['DeviceAllow', 5, ['PrivateDevices=yes', 'ProtectClock=yes']],
    ['DeviceAllow', 10, ['ProtectClock=yes']],
    ['Delegate', 1, ['Delegate=yes']],
    ['NotifyAccess', 1, ['NotifyAccess=all']],
  ] as const)('%s is %s with %j', (field, expected, lines) => expect(badness(field, ...lines)).toBe(expected))
})
