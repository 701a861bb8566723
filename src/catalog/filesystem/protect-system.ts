import { basename } from 'node:path/posix'
import { isBelowAny } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import { barePath } from '../../systemd/settings/settings-values.ts'
import { seen } from '../common/evidence.ts'
import { isShared, TEMPORARY, unitPath } from '../common/places.ts'
import { few, inForce, list, proposed, sameAssignments, service, unfit, unique } from '../common/proposal.ts'
import { takingOut } from '../common/squeeze.ts'
import type {
  Assignment,
  Directive,
  Evidence,
  NotProposed,
  Proposed,
  Rung,
  Squeeze,
} from '../common/types.ts'
import { setting, words } from '../common/unit-settings.ts'
import { oneOf, PATH_LIST } from '../common/values.ts'
import { toldOfFiles } from '../reach/callers.ts'
import { placesWritten } from './writable-paths.ts'

interface WritablePaths {
  assignments: Assignment[]
  evidence: Evidence[]
  cautions: string[]
  squeezes: Squeeze[]
}

/** "-" allows the path to be missing at a start. */
function wordOf(path: string): string | undefined {
  const escaped = unitPath(path)
  return escaped && `-${escaped}`
}

/** What ProtectSystem= makes read-only below "strict": systemd.exec(5). */
const READ_ONLY: Readonly<Record<string, readonly string[]>> = {
  yes: ['/usr', '/boot', '/efi'],
  full: ['/usr', '/boot', '/efi', '/etc'],
}

function listedIn(facts: Facts, key: string): string[] {
  return words(facts, key).map(barePath)
}

/** What the unit itself keeps from writing: whoever wrote it knew what it writes. */
function closedNow(facts: Facts): string[] {
  const system = READ_ONLY[setting(facts, 'ProtectSystem') ?? ''] ?? []
  return [...system, ...listedIn(facts, 'ReadOnlyPaths'), ...listedIn(facts, 'InaccessiblePaths')]
}

/** All of ReadWritePaths=: the unit's own list, and the paths that were seen. */
function readWritePaths(facts: Facts): WritablePaths {
  const present = words(facts, 'ReadWritePaths')
  const settled = [...listedIn(facts, 'ReadWritePaths'), ...closedNow(facts)]
  const places = placesWritten(facts).filter(({ path }) => !isBelowAny(path, settled))
  const paths = places.map(({ path }) => ({ path, word: wordOf(path) }))
  const odd = paths.filter(({ word }) => word === undefined)
  const values = paths.flatMap(({ word }) => word ?? [])
  const shared = paths.filter(({ path }) => isShared(path) && !TEMPORARY.includes(path))
  return {
    assignments: values.length === 0 ? [] : list('ReadWritePaths', unique([...present, ...values])),
    evidence: [
      ...places.map(({ path, why }) => seen(why, wordOf(path))),
      ...shared.map(({ path }) =>
        seen(`${path} stays writable as a whole: the service creates files directly in it.`, wordOf(path)),
      ),
    ],
    squeezes: places.flatMap(({ path, onlyPid }) => {
      const word = onlyPid === true ? wordOf(path) : undefined
      return word === undefined ? [] : [takingOut('ReadWritePaths', word, path)]
    }),
    cautions: odd.map(({ path }) => `${JSON.stringify(path)} has characters that a unit file cannot hold.`),
  }
}

/** Values below "strict" that are tighter than what the unit has, the tightest first. */
function weakerValues(facts: Facts): string[] {
  const present = ['full', 'yes'].indexOf(setting(facts, 'ProtectSystem') ?? '')
  return ['full', 'yes'].slice(0, present < 0 ? 2 : present)
}

function rung(value: string): Rung {
  return { value, assignments: [service('ProtectSystem', value)] }
}

/** Its data may be anywhere; where the system and its settings lie, it has none. */
function withoutData(facts: Facts, why: string): Proposed | NotProposed {
  const [value, ...rest] = weakerValues(facts)
  if (value === undefined) return inForce(`It cannot be tighter: ${why}`, setting(facts, 'ProtectSystem'))
  return proposed(value, rung(value).assignments, [seen(why)], { ladder: [value, ...rest].map(rung) })
}

function proposeProtectSystem(facts: Facts): Proposed | NotProposed {
  if (setting(facts, 'ProtectSystem') === 'strict')
    return inForce('The unit already has this setting.', 'strict')
  const told = toldOfFiles(facts)
  if (told !== undefined) return withoutData(facts, told)
  const paths = readWritePaths(facts)
  const inSystem = facts.writable.find(
    ({ path, kind }) => kind !== 'directory' && /^\/(usr|boot|efi)\//.test(path),
  )
  const strict = [service('ProtectSystem', 'strict'), ...paths.assignments]
  const cautions = [
    ...paths.cautions,
    ...(inSystem ? [`It writes ${inSystem.path}, which belongs to the system.`] : []),
  ]
  return proposed('strict', strict, paths.evidence, {
    ...(cautions.length > 0 ? { caution: cautions.join(' ') } : {}),
    ...(paths.squeezes.length > 0 ? { squeezes: paths.squeezes } : {}),
    ladder: [{ value: 'strict', assignments: strict }, ...weakerValues(facts).map(rung)],
  })
}

/** Only for a unit that is strict already and was seen writing elsewhere; else it goes with ProtectSystem=strict. */
function proposeReadWritePaths(facts: Facts): Proposed | NotProposed {
  const present = words(facts, 'ReadWritePaths')
  const { assignments, evidence } = readWritePaths(facts)
  if (setting(facts, 'ProtectSystem') !== 'strict')
    return unfit('It is set together with ProtectSystem=strict.')
  if (assignments.length === 0 || sameAssignments(assignments, list('ReadWritePaths', present))) {
    return inForce(
      'The list already has every path that it writes.',
      few(present.map((path) => basename(path))),
    )
  }
  return unfit(
    `The service works now, so another setting makes the path writable: ${evidence[0]?.text ?? ''}`,
  )
}

export const PROTECT_SYSTEM: Directive = {
  key: 'ProtectSystem',
  takes: oneOf('yes', 'no', 'full', 'strict'),
  writes: { ReadWritePaths: PATH_LIST },
  impliedBy: 'DynamicUser',
  denies: ['write-elsewhere'],
  leavesOpen: ({ value }, { from }) => from === 'control' && value !== 'strict',
  stage: 'filesystem',
  since: 214,
  mountNamespace: true,
  what: 'Makes the file system read-only for the service, except for the paths in ReadWritePaths= and its own state, log and run directories.',
  breaks:
    'Writing anywhere else fails with "Read-only file system": uploads, caches, a log in a directory that was not in use.',
  wins: 'An intruder cannot change programs, configuration or other files, whatever their owner and mode allow.',
  failsWith: { exits: [226] },
  propose: proposeProtectSystem,
}

export const READ_WRITE_PATHS: Directive = {
  key: 'ReadWritePaths',
  takes: PATH_LIST,
  stage: 'filesystem',
  since: 231,
  mountNamespace: true,
  what: 'Lists the paths that stay writable while ProtectSystem=strict makes the rest read-only.',
  breaks: 'The service cannot write to a path that is not listed.',
  wins: 'It does not lower the exposure itself, but ProtectSystem=strict needs it.',
  shownWhenDue: true,
  failsWith: { exits: [226] },
  propose: proposeReadWritePaths,
}
