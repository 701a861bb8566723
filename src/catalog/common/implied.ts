import type { Facts } from '../../observe/facts.ts'
import { isOn, setting, startsUnprivileged } from './unit-settings.ts'

/** What a setting brings with it, as `systemctl show` prints it: systemd.exec(5), DynamicUser= and PrivateDevices=. */
const IMPLIERS: Readonly<Record<string, string>> = {
  NoNewPrivileges: 'DynamicUser',
  RestrictSUIDSGID: 'DynamicUser',
  RemoveIPC: 'DynamicUser',
  PrivateTmp: 'DynamicUser',
  ProtectSystem: 'DynamicUser',
  ProtectHome: 'DynamicUser',
  DevicePolicy: 'PrivateDevices',
}

/** The setting because of which another one is in force that no file of the unit says: "DynamicUser=yes". */
export function impliedBy(facts: Facts, key: string): string | undefined {
  const implier = IMPLIERS[key]
  if (implier === undefined || facts.unit.written[key] !== undefined || !isOn(facts, implier))
    return undefined
  return `${implier}=yes`
}

/** The first release that loads filters of system calls without NoNewPrivileges=: NEWS of systemd 255. */
const FILTERS_WITHOUT = 255

/**
 * Why NoNewPrivileges is in effect although the unit does not show it, as a sentence: before 255 systemd set it for a unit
 * with User= and any filter of system calls. Written it holds on every release, and counts.
 */
export function noNewPrivilegesInEffect(facts: Facts): string | undefined {
  const { processes, systemd } = facts
  if (setting(facts, 'NoNewPrivileges') === 'yes' || processes.length === 0) return undefined
  if (!processes.every((process) => process.noNewPrivileges)) return undefined
  return startsUnprivileged(facts) && systemd < FILTERS_WITHOUT
    ? `It is in force by implication: systemd ${systemd} sets it for User= with a filter of system calls, and later releases do not.`
    : 'It is in force by implication: all its processes have it.'
}
