import type { Facts } from '../../observe/facts.ts'
import type { Monitor } from '../../observe/reach-facts.ts'
import type { LearnedFile } from '../../observe/trace/learned.ts'
import { MOUNT_TABLE } from '../../observe/trace/learned-facts.ts'
import { few } from '../common/proposal.ts'
import { imported } from './imported.ts'
import type { Possibility } from './uses.ts'

/** A runtime that looks for its own limits finds by /proc/self/mountinfo where the control groups are: cgroups(7). */
function looksForItsLimits(read: readonly LearnedFile[]): boolean {
  const tables = read.filter(({ path }) => MOUNT_TABLE.test(path))
  const limits = read.some(({ path }) => /^\/sys\/fs\/cgroup\/|^\/proc\/cgroups$/.test(path))
  return limits && tables.every(({ path }) => path.endsWith('/mountinfo'))
}

/**
 * Programs that read the table of mounts and ask each for its size tell of them. Libraries read it too, for reasons of
 * their own; so it has to be seen, where the service was followed.
 */
function byMountTable(facts: Facts): Possibility[] {
  const [lists, measures] = [imported(facts, 'list-mounts'), imported(facts, 'measure-mounts')]
  if (lists.length === 0 || measures.length === 0) return []
  const { learned } = facts
  const read = learned?.noted.find(({ path }) => MOUNT_TABLE.test(path))
  if (learned !== undefined && (read === undefined || looksForItsLimits(learned.noted))) return []
  const calls = few([...lists.slice(0, 1), ...measures.slice(0, 1)], 2)
  const reads = read === undefined ? '' : ` and read ${read.path}`
  const why = `Its programs call ${calls}${reads}: it tells of the mounted file systems, and nobody compared its numbers.`
  return [{ use: 'see-mounts', from: 'monitor', why }]
}

/** Without /proc/stat the metric is missing, and nothing else is. */
function byStart({ reach }: Facts): Possibility[] {
  if (reach?.timed === undefined) return []
  const why = `${reach.timed} tells as a metric when its process began, which it reads from /proc/stat; nobody compared that.`
  return [{ use: 'see-boot', from: 'monitor', why }]
}

/** What it was not seen to read at its start it reads for something else: before it takes more work, or when it is asked. */
function byKernelFile({ reach, learned }: Facts): Possibility[] {
  const named = reach?.kernel
  if (named === undefined || learned?.noted.some(({ path }) => path === named.path)) return []
  return [
    {
      use: 'see-kernel',
      from: 'client',
      why: `${named.by} names ${named.path}, which it was not seen to read.`,
    },
  ]
}

/** It answers as before when it sees another machine than before: only its numbers are wrong. */
export function byMonitors(facts: Facts): Possibility[] {
  return [...byStart(facts), ...byWhatItTells(facts), ...byKernelFile(facts)]
}

function byWhatItTells(facts: Facts): Possibility[] {
  const monitors = facts.reach?.monitors ?? []
  const [first] = monitors
  if (first === undefined) return byMountTable(facts)
  const why = ({ path }: Monitor) => `${path} tells of the whole machine, and nobody compared its numbers.`
  const others: Possibility = { use: 'see-others', from: 'monitor', why: why(first) }
  const ofMounts = monitors.find(({ mounts }) => mounts)
  if (ofMounts === undefined) return [others, ...byMountTable(facts)]
  return [
    others,
    ...(['see-mounts', 'homes'] as const).map(
      (use): Possibility => ({ use, from: 'monitor', why: why(ofMounts) }),
    ),
  ]
}
