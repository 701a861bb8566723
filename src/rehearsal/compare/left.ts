import type { Host } from '../../host/host.ts'
import { isBelow } from '../../host/paths.ts'
import { type LeftThing, marksOf } from '../../trial/health/left-behind.ts'
import { listWritten } from './overlay-diff.ts'

/** Where hardenctl and PID 1 put settings and state of a unit: no work of the unit's. */
const SETTINGS = ['/etc/systemd', '/var/lib/hardenctl', '/var/lib/systemd', '/etc/.pwd.lock']

/** What is other in a clone than on its host, as marksOf() writes it. */
export async function leftIn(clone: Host): Promise<string[]> {
  const things = [...(await listWritten(clone))].flatMap(([path, { kind, owner, mode }]): LeftThing[] =>
    SETTINGS.some((folder) => isBelow(path, folder)) ? [] : [{ path, kind, owner, mode }],
  )
  return marksOf(things)
}
