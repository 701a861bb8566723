import type { Host } from '../../host/host.ts'
import type { FreeAccount } from '../facts.ts'
import { processesAs } from '../proc/processes-as.ts'
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

/** Nobody logs in with these: nologin(8), false(1). */
const CLOSED_SHELL = /\/(?:nologin|false)$/

/** The name of a unit's account. An instance of a template has one of its own: "app@1" is "app_1". */
function accountName(unit: string): string | undefined {
  const [stem = '', instance] = unit.replace(/\.service$/, '').split(/@(.*)/s)
  const name = instance === undefined ? stem : `${stem}_${instance.replaceAll(/[^a-z0-9_-]/g, '-')}`
  return NAME.test(name) ? name : undefined
}

/**
 * The account for a unit that has none, named after the unit: a new one, one that hardenctl made, or a closed system
 * account that is there, of its package for example. An account with a login or a fixed id is somebody else's.
 */
export function freeAccount(unit: string, passwd: string, group: string): FreeAccount | undefined {
  const name = accountName(unit)
  if (name === undefined) return undefined
  const [users, groups] = [parsePasswd(passwd), parseGroup(group)]
  const present = users.find((user) => user.name === name)
  if (present !== undefined) {
    if (isMadeByHardenctl(passwd, name)) return { name, id: present.id }
    const primary = groups.find(({ id }) => id === present.gid)
    if (present.id < LOWEST || present.id > HIGHEST || primary === undefined) return undefined
    return isClosed(passwd, name) ? { name, id: present.id, idle: primary } : undefined
  }
  if (groups.some((one) => one.name === name)) return undefined
  const taken = new Set([...users, ...groups].map(({ id }) => id))
  for (let id = HIGHEST; id >= LOWEST; id -= 1) if (!taken.has(id)) return { name, id }
  return undefined
}

function isClosed(passwd: string, name: string): boolean {
  const fields = passwd.split('\n').map((line) => line.split(':'))
  return fields.some(([user, , , , , , shell = '']) => user === name && CLOSED_SHELL.test(shell))
}

/** The account for a unit that has none; none where processes of others run as one of its name. */
export async function readFreeAccount(host: Host, unit: string): Promise<FreeAccount | undefined> {
  const [passwd, group] = await Promise.all([host.read('/etc/passwd'), host.read('/etc/group')])
  if (passwd === undefined || group === undefined) return undefined
  const found = freeAccount(unit, passwd, group)
  return found?.idle === undefined || !(await processesAs(host, new Set([found.id]))).has(found.id)
    ? found
    : undefined
}
