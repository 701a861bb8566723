import type { Host } from '../../host/host.ts'
import type { FreeAccount } from '../facts.ts'
import { parseGroup, parsePasswd } from './accounts.ts'

/** The mark of an account that hardenctl created: passwd(5), GECOS. */
export const MADE_BY = 'made by hardenctl'

/** Whether hardenctl made this user, by the text of passwd(5). */
export function isMadeByHardenctl(passwd: string, name: string): boolean {
  return passwd.split('\n').some((line) => {
    const [user, , , , gecos = ''] = line.split(':')
    return user === name && gecos.startsWith(MADE_BY)
  })
}

/** Where systemd-sysusers(8) looks for an id, from the highest down. */
const HIGHEST = 999
const LOWEST = 100

/** As sysusers.d(5) takes a name. */
const NAME = /^[a-z_][a-z0-9_-]{0,30}$/

/**
 * The account for a unit that has none, named after the unit. An instance of a template gets none, since its name is
 * not its own; an account of somebody else is not touched.
 */
export function freeAccount(unit: string, passwd: string, group: string): FreeAccount | undefined {
  const name = unit.replace(/\.service$/, '')
  if (!NAME.test(name)) return undefined
  const [users, groups] = [parsePasswd(passwd), parseGroup(group)]
  const present = users.find((user) => user.name === name)
  if (present !== undefined) {
    return isMadeByHardenctl(passwd, name) ? { name, id: present.id } : undefined
  }
  if (groups.some((one) => one.name === name)) return undefined
  const taken = new Set([...users, ...groups].map(({ id }) => id))
  for (let id = HIGHEST; id >= LOWEST; id -= 1) if (!taken.has(id)) return { name, id }
  return undefined
}

export async function readFreeAccount(host: Host, unit: string): Promise<FreeAccount | undefined> {
  const [passwd, group] = await Promise.all([host.read('/etc/passwd'), host.read('/etc/group')])
  return passwd === undefined || group === undefined ? undefined : freeAccount(unit, passwd, group)
}
