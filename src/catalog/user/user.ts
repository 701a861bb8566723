import { isBelow } from '../../host/paths.ts'
import type { Facts, ForeignHolding } from '../../observe/facts.ts'
import { boundingSetLines, capabilityWords } from '../capabilities/capability-bounding-set.ts'
import { boundingSet } from '../capabilities/privileges.ts'
import { runtimeNames } from '../common/places.ts'
import { few, list, proposed, service, unfit, unique } from '../common/proposal.ts'
import { portNumbers, privilegedPorts } from '../common/roles.ts'
import type { Assignment, Directive, NotProposed, Proposed } from '../common/types.ts'
import { setting, words } from '../common/unit-settings.ts'
import { ACCOUNT, CAPABILITY_LIST } from '../common/values.ts'
import { ambientNeeds, fileCapabilityNames, type ServiceAccount, serviceAccount } from './account.ts'
import { execLines, type Helpers, helperLines, pidFile } from './exec-lines.ts'
import { handover, strandedInRun } from './handover.ts'
import { rotation } from './rotation.ts'

function proposeUser(facts: Facts): Proposed | NotProposed {
  const account = serviceAccount(facts)
  if ('kind' in account) return account
  const stranded = strandedInRun(facts, pidFile(facts))
  if (stranded)
    return unfit(`It creates ${stranded.path} directly in a directory of root, where ${account.user} cannot.`)

  const ports = portNumbers(privilegedPorts(facts))
  const ambient = ambientNeeds(facts, ports)
  const present = boundingSet(facts)
  const missing = ambient.names.find((name) => !present.includes(name))
  if (missing)
    return unfit(`It would need ${missing.toUpperCase()}, which its bounding set does not contain.`)
  const bounding = unique([...ambient.names, ...fileCapabilityNames(facts)]).filter((name) =>
    present.includes(name),
  )

  const files = handover(facts, account.user, account.uid)
  const logs = rotation(facts, account.user)
  const run = runDirectories(facts)
  const cautions = [...files.cautions, ...logs.cautions, ...run.cautions, ...accountCautions(account)]
  // A clone tells whether the account suffices; it cannot refute the other cautions.
  const provable = (account.made !== undefined || account.idle === true) && cautions.length === 1
  const together = account.group === undefined ? account.user : `${account.user}:${account.group}`
  const linesWith = (helpers: Helpers): Assignment[] => [
    ...run.ordering,
    service('User', account.user),
    ...(account.group === undefined ? [] : [service('Group', account.group)]),
    ...list('AmbientCapabilities', capabilityWords(ambient.names)),
    ...boundingSetLines(bounding),
    ...run.assignments,
    ...ownDirectories(facts),
    ...execLines(facts, account, logs.takeOver, helpers),
  ]
  const rungs = [
    { value: together, assignments: linesWith('as the account') },
    { value: `${together}, its helpers as root`, assignments: linesWith('as root still') },
  ]
  return proposed(
    together,
    linesWith('as the account'),
    [...account.evidence, ...ambient.evidence, ...run.evidence, ...files.evidence, ...logs.evidence],
    {
      ...(files.wishes.length > 0 ? { ownership: files.wishes } : {}),
      ...(account.made ? { account: account.made } : {}),
      ...(cautions.length > 0 ? { caution: cautions.join(' ') } : {}),
      ...(provable ? { tickIfProven: true as const } : {}),
      ...(helperLines(facts).length > 0 ? { ladder: rungs } : {}),
    },
  )
}

function accountCautions(account: ServiceAccount): string[] {
  return [...(account.caution === undefined ? [] : [account.caution]), ...nameCautions(account)]
}

function nameCautions({ user, uid, made, idle }: ServiceAccount): string[] {
  if (idle === true)
    return [`It never ran as ${user} (uid ${uid}), so files that only root may read are closed to it.`]
  if (made !== undefined)
    return [
      `It has no account yet: the system account ${user} (uid ${uid}) is created, and stays after an undo, since it may own files by then.`,
    ]
  if (user === 'nobody' || uid === 65534) {
    return ['nobody is shared by many services, so an account of its own protects it better.']
  }
  return uid >= 1000 ? [`${user} (uid ${uid}) looks like a person's account.`] : []
}

/**
 * Directories that systemd creates for the unit. They are written again so that their owners are recorded before
 * systemd gives them to User= with everything in them (systemd.exec(5)).
 */
function ownDirectories(facts: Facts): Assignment[] {
  return ['StateDirectory', 'CacheDirectory', 'LogsDirectory'].flatMap((key) => {
    const present = words(facts, key)
    return present.length === 0 ? [] : list(key, present)
  })
}

interface RunDirectories {
  ordering: Assignment[]
  assignments: Assignment[]
  evidence: string[]
  cautions: string[]
}

/** Directories below /run that root or tmpfiles.d made: systemd makes them for the account at every start. */
function runDirectories(facts: Facts): RunDirectories {
  const shared = runtimeNames(facts).flatMap((name) => {
    const holding = heldByOthers(facts, name)
    return holding === undefined ? [] : [{ name, holding }]
  })
  const wanted = runtimeNames(facts).filter((name) => shared.every((one) => one.name !== name))
  const plain = wanted.filter((name) => /^[\w.+@/-]+$/.test(name))
  const odd = wanted.filter((name) => !plain.includes(name))
  const locks = lockDirectories(facts, plain).filter((name) => heldByOthers(facts, name) === undefined)
  const names = unique([...plain, ...locks])
  const present = words(facts, 'RuntimeDirectory')
  const mode = names
    .map((name) => facts.writable.find(({ path }) => path === `/run/${name}`)?.mode)
    .find(Boolean)
  return {
    // tmpfiles.d(5) still creates them at boot, so the service must start after that.
    ordering:
      odd.length + shared.length === 0
        ? []
        : [{ section: 'Unit', key: 'After', value: 'systemd-tmpfiles-setup.service' }],
    assignments:
      names.length === 0
        ? []
        : [
            ...list('RuntimeDirectory', unique([...present, ...names])),
            ...runtimeMode(present, mode),
            ...preserve(facts, names),
          ],
    evidence: [
      ...(names.length === 0 ? [] : [`It creates files in ${few(names.map((name) => `/run/${name}`))}.`]),
      ...shared.map(
        ({ name, holding }) => `/run/${name} stays as it is, since others use it too: ${holding.why}.`,
      ),
    ],
    cautions: odd.map((name) => `/run/${name} has a name that RuntimeDirectory= cannot hold.`),
  }
}

/**
 * Why this unit must not manage a folder: somebody else has something in it. systemd would remove that at each stop and
 * change its owner at each start, and no undo brings it back.
 */
function heldByOthers(facts: Facts, name: string): ForeignHolding | undefined {
  return facts.foreign?.find(({ path, by }) => by !== 'tmpfiles' && isBelow(path, `/run/${name}`))
}

/** Others may expect a folder that tmpfiles.d creates at boot, even while the service is stopped. */
function preserve(facts: Facts, names: readonly string[]): Assignment[] {
  const kept = setting(facts, 'RuntimeDirectoryPreserve')
  if (kept !== undefined && kept !== 'no') return []
  const made = names.some((name) =>
    facts.foreign?.some(({ path, by }) => by === 'tmpfiles' && isBelow(path, `/run/${name}`)),
  )
  return made ? [service('RuntimeDirectoryPreserve', 'yes')] : []
}

/** Keeps the present mode; the default is 0755. A mode that the unit sets for its own directories stays. */
function runtimeMode(present: readonly string[], mode: number | undefined): Assignment[] {
  if (present.length > 0 || mode === undefined || (mode & 0o7777) === 0o755) return []
  return [service('RuntimeDirectoryMode', `0${(mode & 0o777).toString(8).padStart(3, '0')}`)]
}

/**
 * A start script often creates a lock directory of the same name as root and leaves it until the next boot, so a
 * missing one would show only then.
 */
function lockDirectories(facts: Facts, names: readonly string[]): string[] {
  const scripted = facts.executables.some(({ kind, from }) => kind === 'script' && from.includes('exec'))
  return scripted ? names.filter((name) => !name.includes('/')).map((name) => `lock/${name}`) : []
}

export const USER: Directive[] = [
  {
    key: 'User',
    takes: ACCOUNT,
    denies: ['act-as-others', 'past-permissions', 'mount', 'kernel-state', 'raw-sockets', 'write-as-root'],
    stage: 'user',
    writes: {
      User: 'own lines',
      Group: 'own lines',
      AmbientCapabilities: CAPABILITY_LIST,
      CapabilityBoundingSet: CAPABILITY_LIST,
      RuntimeDirectory: 'own lines',
      RuntimeDirectoryMode: 'own lines',
      RuntimeDirectoryPreserve: 'own lines',
      StateDirectory: 'own lines',
      CacheDirectory: 'own lines',
      LogsDirectory: 'own lines',
      ExecStartPre: 'own lines',
      ExecStartPost: 'own lines',
      ExecReload: 'own lines',
      ExecStopPost: 'own lines',
      After: 'own lines',
    },
    since: 229,
    what: 'Runs the service as its own account from the first instruction, so that no process is root. For a low port it keeps one ambient capability. A service without an account gets one of its own name; DynamicUser= is not tried, since it would move existing files.',
    breaks:
      'The service can no longer read or create files as root: private keys, logs, run files. New logs must belong to the account too, even after logrotate.',
    wins: 'An intruder in the main process gets an ordinary account instead of root. This is the largest single gain.',
    failsWith: { exits: [200, 203, 209, 216, 217, 218, 233, 235, 238, 240] },
    propose: proposeUser,
  },
]
