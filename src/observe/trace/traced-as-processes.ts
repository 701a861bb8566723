import { basename } from 'node:path/posix'
import { first } from '../../systemd/manager/show.ts'
import type { Facts, ProcessFacts } from '../facts.ts'
import type { LearnedIdentity } from './learned.ts'
import type { LearnedFacts } from './learned-facts.ts'

/** No process has it, so that nothing that is found by a pid is taken for theirs. */
const GONE = 0

function capabilitiesOf({ unit }: Facts, uid: number): ProcessFacts['capabilities'] {
  const named = (key: string) => first(unit.properties, key).split(' ').filter(Boolean)
  const [bounding, ambient] = [named('CapabilityBoundingSet'), named('AmbientCapabilities')]
  const held = uid === 0 ? bounding : ambient
  return { inheritable: ambient, permitted: held, effective: held, bounding, ambient }
}

function librariesOf(program: string, { executed }: LearnedFacts): string[] {
  const mapped = executed.filter(
    ({ uses, sightings }) => uses.includes('map') && sightings.some((by) => by.program === program),
  )
  return mapped.map(({ path }) => path)
}

function asProcess(
  facts: Facts,
  learned: LearnedFacts,
  { program, uid }: LearnedIdentity,
  isMain: boolean,
): ProcessFacts {
  const { properties } = facts.unit
  const gid = facts.accounts.find(({ kind, id }) => kind === 'user' && id === uid)?.gid ?? uid
  return {
    pid: GONE,
    parent: GONE,
    startTicks: '0',
    name: basename(program),
    argv: [program],
    executable: program,
    root: '/',
    isMain,
    uid: { real: uid, effective: uid, saved: uid, filesystem: uid },
    gid: { real: gid, effective: gid, saved: gid, filesystem: gid },
    groups: [],
    capabilities: capabilitiesOf(facts, uid),
    noNewPrivileges: first(properties, 'NoNewPrivileges') === 'yes',
    seccomp: 'none',
    openFiles: [],
    executableMemory: [],
    libraries: librariesOf(program, learned),
    ownNamespaces: [],
    scheduling: 'other',
    nice: 0,
    personality: '00000000',
    umask: Number.parseInt(first(properties, 'UMask') || '0022', 8),
  }
}

/**
 * The facts of a unit that ends, with the processes that were followed in a clone in place of those that /proc shows of
 * a service. What they opened and called stands in `learned`, as for any service.
 */
export function withTracedProcesses(facts: Facts): Facts {
  const { learned } = facts
  const seen = learned?.identities ?? []
  if (learned === undefined || facts.processes.length > 0 || seen.length === 0) return facts
  return { ...facts, processes: seen.map((one, index) => asProcess(facts, learned, one, index === 0)) }
}
