import { expect, it } from 'vitest'
import { exposure } from '../../../../src/systemd/exposure/exposure.ts'
import { EXPOSURE_KEYS } from '../../../../src/systemd/exposure/exposure-checks.ts'
import type { Settings } from '../../../../src/systemd/settings/settings.ts'

/** The keys that the score reads of a unit with these settings. */
function keysRead(settings: Settings, offline: boolean): string[] {
  const read = new Set<string>()
  const watched = new Proxy(settings, {
    get(target, key) {
      read.add(String(key))
      return target[String(key)]
    },
  })
  exposure(watched, { systemd: 262, syscallGroups: { '@swap': ['swapon'] }, offline })
  return [...read]
}

it.each<[string, Settings]>([
  ['nothing set', {}],
  ['an account', { User: ['www'], DynamicUser: ['no'], SupplementaryGroups: ['adm'] }],
  ['addresses', { IPAddressDeny: ['0.0.0.0/0', '::/0'], IPAddressAllow: ['127.0.0.0/8'] }],
  ['devices', { DevicePolicy: ['closed'], DeviceAllow: ['char-rtc r'] }],
  ['a filter', { SystemCallFilter: ['swapon'], SystemCallArchitectures: ['native'] }],
  ['roots and mounts', { RootDirectory: ['/x'], PrivateMounts: ['no'], ProtectKernelLogs: ['yes'] }],
])('the score reads no other setting than those that are named: %s', (_, settings) => {
  for (const offline of [true, false]) {
    const unnamed = keysRead(settings, offline).filter((key) => !EXPOSURE_KEYS.has(key))
    expect(unnamed).toEqual([])
  }
})
