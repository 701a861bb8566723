import { first } from './show.ts'

/**
 * A oneshot that is at rest: it does its work and ends, or stays "active" without a process (systemd.service(5),
 * RemainAfterExit=). One that left processes behind is like any other service.
 */
export function isOneshot(properties: Record<string, string[]>): boolean {
  if (first(properties, 'Type') !== 'oneshot') return false
  // 247 keeps the control group of one that stays active, without a process in it.
  return first(properties, 'ControlGroup') === '' || first(properties, 'SubState') === 'exited'
}
