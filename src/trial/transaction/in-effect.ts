import { enforcedBy } from '../../catalog/common/enforced-by.ts'
import type { Assignment } from '../../catalog/common/types.ts'
import { CATALOG } from '../../catalog/index.ts'
import type { Host } from '../../host/host.ts'
import { parseStatus } from '../../observe/proc/process-status.ts'
import { first, showUnit } from '../../systemd/manager/show.ts'
import { IgnoredSettingsError } from './trial.ts'

const DIRECTIVES = new Map(CATALOG.map((directive) => [directive.key, directive]))
const NAMESPACES = ['mnt', 'user', 'uts', 'ipc'] as const
/** Values that take a setting back, or begin its list anew. */
const OFF = new Set(['', 'no', 'false', 'off', '0'])

/** What the kernel tells of a process: proc_pid_status(5), namespaces(7). */
export interface Confinement {
  noNewPrivileges: boolean
  /** Filters of system calls; undefined where the kernel does not count them. */
  filters: number | undefined
  /** Namespace by name. */
  namespaces: Readonly<Partial<Record<(typeof NAMESPACES)[number], string>>>
}

/**
 * Settings that the process does not have, though the unit shows them, beside a process that has none of them. One whose
 * sign nobody could read counts as in effect.
 */
export function withoutEffect(
  assignments: readonly Assignment[],
  now: Confinement,
  beside: Confinement,
): string[] {
  const keys = [...new Set(assignments.filter(({ value }) => !OFF.has(value)).map(({ key }) => key))]
  const [count, base] = [now.filters, beside.filters]
  return keys.filter((key) => {
    if (key === 'NoNewPrivileges') return !now.noNewPrivileges
    const directive = DIRECTIVES.get(key)
    const by = directive && enforcedBy(directive)
    if (by === undefined) return false
    if (by === 'filter') return count !== undefined && base !== undefined && count <= base
    return now.namespaces[by] !== undefined && now.namespaces[by] === beside.namespaces[by]
  })
}

async function confinementOf(host: Host, pid: string): Promise<Confinement | undefined> {
  const status = parseStatus((await host.read(`/proc/${pid}/status`)) ?? '')
  if (status === undefined) return undefined
  const links = await Promise.all(NAMESPACES.map((name) => host.readlink(`/proc/${pid}/ns/${name}`)))
  return {
    noNewPrivileges: status.noNewPrivileges,
    filters: status.seccompFilters,
    namespaces: Object.fromEntries(NAMESPACES.map((name, at) => [name, links[at]])),
  }
}

/**
 * Throws IgnoredSettingsError for settings without an effect on the unit's main process, which would be kept for nothing:
 * the manager of a user shows what it has no right to enforce, and starts the service without it.
 */
export async function requireEffect(
  host: Host,
  unit: string,
  assignments: readonly Assignment[],
): Promise<void> {
  if (host.manager.kind !== 'user') return
  const pid = first(await showUnit(host, unit, ['MainPID']), 'MainPID')
  const [now, beside] = await Promise.all([confinementOf(host, pid), confinementOf(host, 'self')])
  const keys = now && beside ? withoutEffect(assignments, now, beside) : []
  if (keys.length === 0) return
  const text = `the manager shows settings that the process does not have: ${keys.join(', ')}`
  throw new IgnoredSettingsError(text, keys)
}
