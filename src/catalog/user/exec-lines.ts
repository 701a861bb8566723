import { dirname } from 'node:path/posix'
import { throughRun } from '../../host/paths.ts'
import type { Facts } from '../../observe/facts.ts'
import { execPath, isShared } from '../common/places.ts'
import { service } from '../common/proposal.ts'
import type { Assignment } from '../common/types.ts'
import { setting } from '../common/unit-settings.ts'
import type { ServiceAccount } from './account.ts'

/** PIDFile= with /var/run followed; undefined when the unit has none. */
export function pidFile(facts: Facts): string | undefined {
  const path = setting(facts, 'PIDFile')
  return path?.startsWith('/') ? throughRun(path) : undefined
}

/** Whether what runs before and after the service itself goes on as root, outside of all settings. */
export type Helpers = 'as the account' | 'as root still'

const HELPER_KEYS = ['ExecStartPre', 'ExecStartPost', 'ExecStopPost']

/** Lines of a unit that may do as root what the service itself need not: register it, tell others of it. */
export function helperLines({ unit }: Facts): string[] {
  return HELPER_KEYS.flatMap((key) => (unit.execSource[key] ?? []).filter((line) => asRoot(line) !== line))
}

function asRoot(line: string): string {
  return line.replace(/^([-@:]*)(?=\/)/, '$1+')
}

/** Exec lines that root runs ("+", systemd.service(5)) before the unit's own, which follow as they are written. */
export function execLines(
  facts: Facts,
  { user, group }: ServiceAccount,
  takeOver: readonly string[],
  helpers: Helpers,
): Assignment[] {
  const plus = (line: string) => line.slice(1)
  const before = [...pidFileLine(facts, user, group), ...takeOver.map(plus)]
  const change = (key: string) =>
    helpers === 'as root still' && HELPER_KEYS.includes(key) ? asRoot : asRootStill
  const own = (key: string) => (facts.unit.execSource[key] ?? []).map(change(key))
  const isChanged = (key: string) => own(key).join() !== (facts.unit.execSource[key] ?? []).join()
  const without = (key: string, added: readonly string[]) => own(key).filter((line) => !added.includes(line))
  const lines = (key: string, added: readonly string[]) =>
    added.length === 0 && !isChanged(key)
      ? []
      : [service(key, ''), ...[...added, ...without(key, added)].map((line) => service(key, line))]
  return [
    ...lines(
      'ExecStartPre',
      before.map((line) => `+${line}`),
    ),
    ...lines('ExecStartPost', []),
    ...lines('ExecReload', takeOver),
    ...lines('ExecStopPost', []),
  ]
}

/** Programs that do nothing but make files and folders ready for somebody else, which takes root as before. */
const PREPARING = /^(-?)(\/(?:usr\/)?bin\/(?:chgrp|chmod|chown|install|mkdir)\s.*)$/s

function asRootStill(line: string): string {
  return line.replace(PREPARING, '$1+$2')
}

/** A pid file straight in /run, where only root makes files. systemd removes it at stop, so each start needs it. */
function pidFileLine(facts: Facts, user: string, group: string | undefined): string[] {
  const path = pidFile(facts)
  if (path === undefined || !isShared(dirname(path)) || execPath(path) === undefined) return []
  const owner = group === undefined ? `-o ${user}` : `-o ${user} -g ${group}`
  return [`/usr/bin/install -m 0644 ${owner} /dev/null ${path.replaceAll('%', '%%')}`]
}
