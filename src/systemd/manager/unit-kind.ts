import { first } from './show.ts'

/**
 * A oneshot that is at rest: it does its work and ends, or stays "active" without a process (systemd.service(5),
 * RemainAfterExit=). One that left processes behind is like any other service.
 */
export function isOneshot(properties: Record<string, string[]>): boolean {
  return first(properties, 'Type') === 'oneshot' && first(properties, 'ControlGroup') === ''
}
