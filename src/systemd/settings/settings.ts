import type { Assignment } from './assignment.ts'
import type { Groups } from './settings-kinds.ts'
import { kindOf } from './settings-kinds.ts'
import { mergeLine, reading } from './settings-merge.ts'
import { ALL_CAPABILITIES, ALL_NAMESPACES } from './settings-values.ts'

/**
 * The settings of a unit, normalised so that what is shown and what is predicted look the same.
 * A scalar is a list of one, or empty when unset. Lists that allow or deny (SystemCallFilter,
 * RestrictAddressFamilies …) start with "~" when they deny: ["~"] is unset, [] allows nothing.
 * RestrictNamespaces is the list of kinds still allowed; capabilities are in lower case.
 */
export type Settings = Readonly<Record<string, readonly string[]>>

/** Capabilities that other settings take from the bounding set (unit_patch_contexts() in src/core/unit.c). */
const TAKEN_BY: Readonly<Record<string, readonly string[]>> = {
  PrivateDevices: ['cap_mknod', 'cap_sys_rawio'],
  ProtectClock: ['cap_sys_time', 'cap_wake_alarm'],
  ProtectKernelLogs: ['cap_syslog'],
  ProtectKernelModules: ['cap_sys_module'],
}

/** What ProtectClock= lets through where devices are limited. */
const CLOCK_DEVICE = 'char-rtc r'

/** What DynamicUser=yes makes of other settings; ProtectHome= only where it was "no". */
const DYNAMIC_USER: Readonly<Record<string, string>> = {
  NoNewPrivileges: 'yes',
  ProtectSystem: 'strict',
  RemoveIPC: 'yes',
  RestrictSUIDSGID: 'yes',
}

/** Normalises what `systemctl show --all` prints. Where a …Ex property is finer (PrivateTmpEx), that counts. */
export function settingsFromShow(properties: Readonly<Record<string, readonly string[]>>): Settings {
  const settings: Record<string, readonly string[]> = {}
  for (const [key, values] of Object.entries(properties)) {
    const kind = kindOf(key)
    const finer = kind === 'boolean' ? printed(properties[`${key}Ex`]) : undefined
    // PrivateTmpEx=connected is what PrivateTmp=yes means since 257.
    const read = reading(kind, finer ?? values)
    settings[key] = read[0] === 'connected' ? ['yes'] : read
  }
  return settings
}

/** Since 258 systemctl can't print some properties (ProtectHostnameEx); those tell nothing. */
function printed(values: readonly string[] | undefined): readonly string[] | undefined {
  return values?.[0] === '[unprintable]' ? undefined : values
}

/**
 * The settings as the manager would load them with these lines in a drop-in that is read last: how systemd
 * merges each kind of setting (load-fragment.c), then what settings imply of each other. The implied parts of
 * a bounding set that was never written are taken for implied, not for written. `[Unit]` lines merge too.
 */
export function applyAssignments(
  settings: Settings,
  assignments: readonly Assignment[],
  groups: Groups,
): Settings {
  const merged: Record<string, readonly string[]> = { ...settings, ...unpatched(settings) }
  const touched = new Set(Object.keys(settings).filter((key) => isListBegun(key, settings[key] ?? [])))
  for (const { key, value } of assignments) {
    merged[key] = mergeLine(kindOf(key), key, merged[key], value, { groups, touched: touched.has(key) })
    if (value.trim() === '') touched.delete(key)
    else touched.add(key)
  }
  return { ...merged, ...implied(merged) }
}

/** A list that allows or denies and is not as it was at the start. */
function isListBegun(key: string, values: readonly string[]): boolean {
  if (kindOf(key) === 'namespaces') return values.length < ALL_NAMESPACES.length
  return !(values.length === 1 && values[0] === '~')
}

/** Capabilities that the settings take away without naming them in CapabilityBoundingSet=. */
export function impliedMissing(settings: Settings): string[] {
  return Object.entries(TAKEN_BY).flatMap(([key, names]) => (isOn(settings, key) ? names : []))
}

/**
 * The settings before others were implied: the bounding set before it was taken from, if it was whole then, and
 * the devices. Lines that turn PrivateDevices= or ProtectClock= off take those away too.
 */
function unpatched(settings: Settings): Settings {
  const shown = new Set(settings.CapabilityBoundingSet ?? ALL_CAPABILITIES)
  const lacking = ALL_CAPABILITIES.filter((name) => !shown.has(name))
  const taken = impliedMissing(settings)
  const whole = lacking.every((name) => taken.includes(name))
  const policy = settings.DevicePolicy?.[0]
  const allowed = settings.DeviceAllow ?? []
  return {
    CapabilityBoundingSet: whole ? ALL_CAPABILITIES : [...shown],
    DevicePolicy: policy === 'closed' && isOn(settings, 'PrivateDevices') ? ['auto'] : [policy ?? 'auto'],
    DeviceAllow: isOn(settings, 'ProtectClock') ? allowed.filter((one) => one !== CLOCK_DEVICE) : allowed,
  }
}

function implied(settings: Settings): Settings {
  const patch: Record<string, readonly string[]> = {}
  const taken = impliedMissing(settings)
  patch.CapabilityBoundingSet = (settings.CapabilityBoundingSet ?? []).filter((name) => !taken.includes(name))
  if (isOn(settings, 'DynamicUser')) {
    for (const [key, value] of Object.entries(DYNAMIC_USER)) patch[key] = [value]
    if (!isOn(settings, 'PrivateTmp')) patch.PrivateTmp = ['yes']
    if (!isOn(settings, 'ProtectHome')) patch.ProtectHome = ['read-only']
  }
  return { ...patch, ...impliedDevices(settings) }
}

/** ProtectClock= lets the clock's device through, but only where devices are limited at all. */
function impliedDevices(settings: Settings): Settings {
  const written = settings.DevicePolicy?.[0] ?? 'auto'
  const policy = written === 'auto' && isOn(settings, 'PrivateDevices') ? 'closed' : written
  const allowed = settings.DeviceAllow ?? []
  const limited = policy !== 'auto' || allowed.length > 0
  const clock = isOn(settings, 'ProtectClock') && limited && !allowed.includes(CLOCK_DEVICE)
  return { DevicePolicy: [policy], DeviceAllow: clock ? [CLOCK_DEVICE, ...allowed] : allowed }
}

function isOn(settings: Settings, key: string): boolean {
  return !['', 'no', undefined].includes(settings[key]?.[0])
}
