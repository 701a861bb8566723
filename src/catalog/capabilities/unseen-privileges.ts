import type { Facts } from '../../observe/facts.ts'
import { checksPasswords, passwordChecker } from '../common/roles.ts'
import { isUnplayed, toldOfFiles } from '../reach/callers.ts'
import { copiesAsRoot } from '../reach/copies.ts'
import { imported } from '../reach/imported.ts'
import { foreignAccounts, hasRights, homesNamed, isAllRoot, namedText } from '../reach/named.ts'
import { switchesPerJob } from '../reach/possible.ts'
import { type Need, need } from './need.ts'

/**
 * What its configuration and programs have it do one day, as root: to become an account, to go where that one may, to copy
 * and mark files.
 */
export function unseenNeeds(facts: Facts): Need[] {
  const accounts = foreignAccounts(facts)
  const homes = hasRights(facts) ? homesNamed(facts) : []
  const perJob = switchesPerJob(facts)
  const why = accounts.length > 0 ? `${namedText(accounts)}.` : perJob
  const switching = why === undefined ? [] : [need('setuid', why), need('setgid', why)]
  // Whoever becomes another user and can change its root directory does both at once.
  const jail = why === undefined ? [] : imported(facts, 'chroot')
  const told = toldOfFiles(facts)
  const beyond = homes.length > 0 ? `${namedText(homes)}.` : accounts.length > 0 ? why : undefined
  return [
    ...switching,
    ...fromPasswords(facts),
    ...(jail.length > 0 ? [need('sys_chroot', `${why} It calls chroot.`)] : []),
    ...(beyond === undefined || !isAllRoot(facts) ? [] : [need('dac_read_search', beyond)]),
    ...(told === undefined || !hasRights(facts) ? [] : [need('dac_override', told)]),
    ...fromCopies(facts),
    ...fromAttributes(facts),
  ]
}

/** To a clone's start no file comes that it would mark so. */
function fromAttributes(facts: Facts): Need[] {
  const by = facts.reach?.attributes
  if (by === undefined || !isAllRoot(facts) || !isUnplayed(facts.given)) return []
  return [need('sys_admin', `${by} sets extended attributes of files that are root’s alone (“trusted.”).`)]
}

/** Capabilities by which a file of another account is read and made again: capabilities(7). */
const FOR_COPIES = ['chown', 'dac_override', 'fowner', 'fsetid', 'setfcap']

function fromCopies(facts: Facts): Need[] {
  const why = copiesAsRoot(facts)
  return why === undefined ? [] : FOR_COPIES.map((name) => need(name, why))
}

/** Whoever logs in is served by a process that becomes that user, and goes where that one may. */
function fromPasswords(facts: Facts): Need[] {
  const checker = passwordChecker(facts)
  if (checker === undefined) return []
  const jail = imported(facts, 'chroot').length > 0 ? ['sys_chroot'] : []
  const names = ['audit_write', 'dac_read_search', 'setgid', 'setuid', ...jail]
  return names.map((name) => need(name, `${checksPasswords(checker)}.`))
}
