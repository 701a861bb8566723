import type { Host } from '../../host/host.ts'
import { isBelowAny } from '../../host/paths.ts'
import { type LeftThing, marksOf } from '../../trial/health/left-behind.ts'
import { listWritten, SETTINGS_AND_STATE } from './overlay-diff.ts'

/** No work of the unit's. The last is the lock of whoever makes an account. */
const NOT_ITS_WORK = [...SETTINGS_AND_STATE, '/etc/.pwd.lock']

/** What is other in a clone than on its host, as marksOf() writes it. */
export async function leftIn(clone: Host): Promise<string[]> {
  const things = [...(await listWritten(clone))].flatMap(([path, { kind, owner, mode }]): LeftThing[] =>
    isBelowAny(path, NOT_ITS_WORK) ? [] : [{ path, kind, owner, mode }],
  )
  return marksOf(things)
}
