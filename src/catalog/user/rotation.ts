import { dirname } from 'node:path/posix'
import type { Facts, LogrotateFact } from '../../observe/facts.ts'
import { execPath, isShared } from '../common/places.ts'
import { unique } from '../common/proposal.ts'

/** How new logs of logrotate stay writable for the service's own account. */
export interface Rotation {
  /** Exec lines that give new logs to the account, as root, before each start and reload. */
  takeOver: string[]
  evidence: string[]
  cautions: string[]
}

/** The owner of the new log; undefined if the owner stays, or the program creates the log (logrotate(8)). */
function newOwner({ create, copytruncate }: LogrotateFact): string | undefined {
  return copytruncate ? undefined : create?.owner
}

/**
 * logrotate runs as root, renames a log and, with `create MODE OWNER GROUP`, makes the new one as OWNER: the
 * service would find a log it can't open at the reload that follows.
 */
export function rotation(facts: Facts, user: string): Rotation {
  const result: Rotation = { takeOver: [], evidence: [], cautions: [] }
  for (const entry of facts.logrotate) {
    if (entry.matches.length === 0) continue
    const owner = newOwner(entry)
    if (owner === undefined || owner === user) {
      result.evidence.push(ownOnes(entry, user))
      continue
    }
    const lines = takeOverLines(entry, owner, user)
    if (!entry.reloadsUnit || !facts.unit.canReload || lines === undefined) {
      result.cautions.push(
        `${entry.source} creates new logs as ${owner}, and no reload of the unit follows that could give them to ${user}.`,
      )
      continue
    }
    result.takeOver.push(...lines)
    result.evidence.push(
      `${entry.source} creates new logs as ${owner} and then reloads the unit: the reload gives them to ${user} first.`,
    )
  }
  result.takeOver = unique(result.takeOver)
  return result
}

function ownOnes(entry: LogrotateFact, user: string): string {
  if (entry.copytruncate)
    return `${entry.source} empties the logs in place (copytruncate), so they keep their owner.`
  if (entry.create?.owner === user) return `${entry.source} creates new logs as ${user}.`
  return `${entry.source} names no owner for new logs, so they keep their present one.`
}

/**
 * find(1) and chown(1) as root, safe in a directory that the account can write: they follow no link, and take only
 * plain files with one name in this directory that the rotation created.
 */
function takeOverLines({ matches }: LogrotateFact, owner: string, user: string): string[] | undefined {
  const directories = unique(matches.map((path) => dirname(path)))
  if (![...directories, ...matches].every((path) => execPath(path) !== undefined)) return undefined
  return directories.flatMap((directory) => {
    const found = (filter: string) =>
      `+/usr/bin/find -P ${inExec(directory)} -xdev -maxdepth 1 ${filter}-type f -user ${owner} -links 1 -execdir /usr/bin/chown -h ${user} {} +`
    if (!isShared(directory)) return [found('')]
    return matches
      .filter((path) => dirname(path) === directory)
      .map((path) => found(`-name ${inExec(path.slice(directory.length + 1))} `))
  })
}

function inExec(path: string): string {
  return path.replaceAll('%', '%%')
}
