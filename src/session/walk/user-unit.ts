import { orElse } from '../../host/errors.ts'
import type { Host } from '../../host/host.ts'
import { parseHomes } from '../../observe/config/accounts.ts'

/** The first release whose managers of users sandbox a unit without PrivateUsers= beside it: NEWS of systemd 254. */
export const SANDBOXES_ALONE = 254

/** systemd.unit(5), "User Unit Search Path": what is the same for all users, and what is in a home. */
const SHARED =
  '/etc/systemd/user /etc/xdg/systemd/user /run/systemd/user /usr/local/lib/systemd/user /usr/local/share/systemd/user /usr/lib/systemd/user /usr/share/systemd/user'
const IN_HOME = ['.config/systemd/user', '.config/systemd/user.control', '.local/share/systemd/user']

async function homesOf(host: Host): Promise<string[]> {
  const passwd = (await host.read('/etc/passwd').catch(orElse(undefined))) ?? ''
  return [...new Set(parseHomes(passwd))].filter((home) => /^\/./.test(home))
}

async function runFolders(host: Host): Promise<string[]> {
  const uids = await host.list('/run/user').catch(orElse([]))
  return uids.flatMap((uid) =>
    ['user', 'transient', 'generator'].map((name) => `/run/user/${uid}/systemd/${name}`),
  )
}

/** Whether the manager of some user knows the unit: it has a file where those find theirs. */
export async function isUserUnit(host: Host, unit: string): Promise<boolean> {
  const homes = await homesOf(host)
  const folders = [
    ...SHARED.split(' '),
    ...homes.flatMap((home) => IN_HOME.map((path) => `${home}/${path}`)),
    ...(await runFolders(host)),
  ]
  // The file of an instance is that of its template.
  const names = new Set([unit, unit.replace(/@[^.]*(?=\.service$)/, '@')])
  const paths = folders.flatMap((folder) => [...names].map((name) => `${folder}/${name}`))
  const found = await Promise.all(paths.map((path) => host.stat(path).catch(orElse(undefined))))
  return found.some((stat) => stat !== undefined)
}

/** What a person can do about a unit of a user by hand, in sentences. */
export function byHandForUsers(name: string, systemd: number): string {
  const about = `Nothing was changed. As that user, systemd-analyze --user security ${name} says where it stands`
  return systemd >= SANDBOXES_ALONE
    ? `${about}, and hardenctl --user ${name} walks it.`
    : `${about}, and systemctl --user edit ${name} changes it. systemd ${systemd} sandboxes it only with PrivateUsers=yes beside the other settings.`
}
