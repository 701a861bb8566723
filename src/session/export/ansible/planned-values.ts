import { userOptions } from '../../../host/as-user.ts'
import { type CommandCheck, isCommand, parseCheck, parseExercise } from '../../../trial/health/check.ts'
import { machinesOf } from '../../plan/here.ts'
import { plannedAccounts, plannedOwners } from '../../plan/plan-words.ts'
import { givenChecks } from '../../plan/planned-checks.ts'
import type { Plan } from '../../plan/schema.ts'
import { placesOnHost } from './names.ts'

type PlannedCheck = Plan['checks'][number]
type PlannedOwner = ReturnType<typeof plannedOwners>[number]

/** What a module of Ansible can ask; the names are those of the role's variables, without their prefix. */
interface Asked {
  urls: { url: string; status: number }[]
  ports: { host: string; port: number }[]
  sockets: string[]
  commands: { argv: string[]; exit: number }[]
}

/** Runs as hardenctl runs it: as the account that it names, and otherwise as nobody, who gains no rights. */
function commandAs({ argv, as }: CommandCheck): string[] {
  const nobody = userOptions({ uid: 65534, gid: 65534 })
  return as === undefined ? ['setpriv', ...nobody, '--', ...argv] : ['runuser', '--user', as, '--', ...argv]
}

function asked({ kind, text, answer }: PlannedCheck): Partial<Asked> {
  if (text === null) return {}
  const check = kind === 'exercise' ? parseExercise(text) : parseCheck(text)
  if (isCommand(check)) {
    const { exit = 0 } = check
    return answer === `exit ${exit}` ? { commands: [{ argv: commandAs(check), exit }] } : {}
  }
  if (check.kind === 'http')
    return /^\d{3}$/.test(answer) ? { urls: [{ url: check.url, status: Number(answer) }] } : {}
  if (answer !== 'connected') return {}
  if (check.kind === 'tcp') return { ports: [{ host: check.address, port: check.port }] }
  return check.kind === 'unix' ? { sockets: [check.path] } : {}
}

/** The checks of a plan that Ansible can ask too; the others need hardenctl. Pure. */
export function askedByAnsible({ checks }: Plan): Asked {
  const all = checks.map(asked)
  return {
    urls: all.flatMap(({ urls = [] }) => urls),
    ports: all.flatMap(({ ports = [] }) => ports),
    sockets: all.flatMap(({ sockets = [] }) => sockets),
    commands: all.flatMap(({ commands = [] }) => commands),
  }
}

/** Checks that only hardenctl can ask. */
export function notAskedByAnsible({ checks }: Plan): PlannedCheck[] {
  return checks.filter((check) => Object.keys(asked(check)).length === 0)
}

/** A path as a word of tmpfiles.d(5), where % begins a specifier and the path is a pattern of glob(7). */
function tmpfilesPath(path: string): string {
  const literal = path.replaceAll(/[\\*?[\]{}]/g, '\\$&').replaceAll('%', '%%')
  return `"${literal.replaceAll(/[\\"]/g, '\\$&')}"`
}

/** A folder is given away after what is in it: nobody but root can exchange a file meanwhile. */
function deepestFirst(one: PlannedOwner, other: PlannedOwner): number {
  return one.path < other.path ? 1 : -1
}

function ownerValues({ path, user, group, mode }: PlannedOwner): Record<string, string | null> {
  const [word, bits] = [tmpfilesPath(path), mode === null ? null : mode.toString(8).padStart(4, '0')]
  return { path, user, group, mode: bits, word, line: `z ${word} ${bits ?? '-'} ${user} ${group ?? '-'}` }
}

/** All values of a plan that the role's tasks and templates use; they are in no other file of it. Pure. */
export function roleVariables(plan: Plan): Record<string, unknown> {
  const machines = machinesOf(plan)
  const values = {
    unit: plan.unit,
    architectures: [...new Set(machines.map(({ architecture }) => architecture))],
    unit_files: [...new Set(machines.map((one) => one.unit_files))],
    /** Between what is hashed of these files; Ansible knows no escape for it in its expressions. */
    nul: '\0',
    ...placesOnHost(plan.unit),
    accounts: plannedAccounts(plan).map(({ name }) => name),
    owners: plannedOwners(plan).toSorted(deepestFirst).map(ownerValues),
    named_accounts: givenChecks(plan.checks).accounts,
    ...askedByAnsible(plan),
  }
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`__harden_${name}`, value]))
}
