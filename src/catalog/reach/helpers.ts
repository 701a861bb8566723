import type { Facts } from '../../observe/facts.ts'
import { MAILER } from '../../observe/files/telling-texts.ts'
import { leftOffOnPurpose } from '../common/on-purpose.ts'
import { few } from '../common/proposal.ts'
import { mainProcess } from '../common/roles.ts'
import { imported } from './imported.ts'
import { helpersNamed, isAllRoot, programsSeen } from './named.ts'
import { type Possibility, USES, type Use } from './uses.ts'

/** A rule of sudoers is a right to gain some, whatever else was played; what it lets the service start, root does. */
export function bySudo(facts: Facts): Possibility[] {
  const subjects = facts.reach?.sudo ?? []
  const confined = facts.processes.every(({ noNewPrivileges }) => noNewPrivileges)
  if (subjects.length === 0 || confined) return []
  const rules = `sudoers has rules for ${few(subjects)}`
  const rule: Possibility = { use: 'gain-rights', from: 'sudo', why: `${rules}.` }
  if (facts.given?.level === 'tight') return [rule]
  const why = `${rules}: what they start may do anything that root can.`
  return [rule, ...USES.map((use): Possibility => ({ use, from: 'helper', why }))]
}

/** What a setuid or setgid program may do for the service that starts it: its rights are not the service's own. */
const OF_HELPERS: readonly Use[] = [
  'gain-rights',
  'run-programs',
  'write-elsewhere',
  'act-as-others',
  'past-permissions',
  'homes',
]

function byHelper(why: string): Possibility[] {
  return OF_HELPERS.map((use) => ({ use, from: 'helper', why }))
}

/** Its own program is setuid: whatever it starts itself again for, it does with the rights of the file's owner. */
export function ownProgramSetuid(facts: Facts): string | undefined {
  const main = mainProcess(facts)?.executable
  const own = facts.executables.find(({ path, setuid }) => setuid && path === main)
  return own && `Its own program ${own.path} is setuid, so that a new process of it has other rights.`
}

/** Somebody arranged for the service to gain rights: by a setuid program, or by a line that keeps NoNewPrivileges off. */
export function byHelpers(facts: Facts): Possibility[] {
  if (facts.given?.level === 'tight') return []
  const purpose = leftOffOnPurpose(facts, 'NoNewPrivileges')
  const why = purpose ?? ownProgramSetuid(facts)
  return why === undefined ? [] : byHelper(why)
}

/**
 * A helper of the machine takes each mail. One of root needs all that root does there; another has an account or a group
 * that owns the queue, which stays open below /var/spool, and needs no more than to get that right.
 */
export function mailing({ reach }: Facts, may: string): Possibility[] {
  if (reach?.mailer === undefined) return []
  const why = `${may} send mail by ${reach.mailer}.`
  return reach.mailerIsRoot === true ? byHelper(why) : [{ use: 'gain-rights', from: 'helper', why }]
}

/** A setuid or setgid program that it names in its text, and that was not seen to run. */
export function byHelpersNamed(facts: Facts): Possibility[] {
  const helper = helpersNamed(facts).find(({ privileged }) => privileged)
  if (helper === undefined) return []
  const why = `${helper.by} names ${helper.path}, which is setuid or setgid and was not seen to run.`
  return [{ use: 'gain-rights', from: 'helper', why }]
}

/** A program or plug-in of it sends mail, where this machine takes any. */
export function byMailer(facts: Facts): Possibility[] {
  const { mails } = facts.reach ?? {}
  return mails === undefined ? [] : mailing(facts, `${mails} names ${MAILER} and may`)
}

/** Of a folder of programs that it names it starts the one that a request asks for: for root, one that may write anywhere. */
export function byProgramFolders(facts: Facts): Possibility[] {
  if (!isAllRoot(facts) || imported(facts, 'run-programs').length === 0) return []
  const seen = programsSeen(facts)
  const folder = (facts.reach?.programFolders ?? []).find(({ programs }) =>
    programs.some((path) => !seen.has(path)),
  )
  if (folder === undefined) return []
  const unseen = folder.programs.filter((path) => !seen.has(path))
  const what = unseen.length === 1 ? `${unseen[0]}, which was` : `${few(unseen, 2)}, which were`
  const why = `${folder.by} names ${folder.path}, with ${what} not seen to run and may write as root.`
  return [{ use: 'write-elsewhere', from: 'helper', why }]
}
