import { describe, expect, test } from 'vitest'
import { capabilitiesOfMask } from '../../../../src/observe/proc/capability-sets.ts'
import { ALL_CAPABILITIES } from '../../../../src/systemd/settings/settings-values.ts'

describe('capability masks', () => {
  test.each([
    ['0000000000000000', []],
    ['0000000000000400', ['cap_net_bind_service']],
    ['0000000000000001', ['cap_chown']],
    ['0000010000000000', ['cap_checkpoint_restore']],
    ['0000020000000000', ['cap_41']],
    ['8000000000000000', ['cap_63']],
    ['00000000000000c1', ['cap_chown', 'cap_setgid', 'cap_setuid']],
    ['', []],
    ['nonsense', []],
  ])('%s', (mask, names) => {
    expect(capabilitiesOfMask(mask)).toEqual(names)
  })

  test('a full set has all 41', () => {
    const full = '000001ffffffffff'
    expect(capabilitiesOfMask(full)).toEqual([...ALL_CAPABILITIES])
    expect(ALL_CAPABILITIES).toHaveLength(41)
  })

  test('numbers that capability.h fixes', () => {
    const bits = { cap_setpcap: 8, cap_sys_admin: 21, cap_mknod: 27, cap_syslog: 34, cap_bpf: 39 }
    for (const [name, bit] of Object.entries(bits)) expect(ALL_CAPABILITIES[bit]).toBe(name)
  })
})
