import type { Host } from '../host/host.ts'
import { liveHost } from '../host/live-host.ts'
import type { OfUser } from './argument-types.ts'

/** The machine with the manager that the command line means. Throws ExpectedError where the user's does not run. */
export async function hostOf({ user }: OfUser): Promise<Host> {
  return user === true ? (await import('../host/user-host.ts')).userHost() : liveHost()
}
