import { basename } from 'node:path/posix'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { ProcessFacts } from '../facts.ts'

/** Where PAM looks for its rules, one file a service: pam.d(5). */
const FOLDERS = ['/etc/pam.d', '/usr/lib/pam.d']
/** Its rules are for every program that has none of its own. */
const ALWAYS_VISIBLE = 'other'

/**
 * Names of running programs that PAM has rules for: by custom a program asks under its own name (pam(8)). It shows who
 * opens sessions also where libpam is mapped only later, by a program that is started for each session.
 */
export async function readPamServices(
  host: Host,
  processes: readonly ProcessFacts[],
  gaps: BlindSpots,
): Promise<string[]> {
  const listed = await Promise.all(FOLDERS.map((folder) => orBlindSpot(gaps, folder, host.list(folder))))
  const rules = new Set(listed.flatMap((names) => names ?? []))
  const programs = new Set(processes.map(({ executable }) => basename(executable)))
  return [...programs].filter((name) => name !== ALWAYS_VISIBLE && rules.has(name)).sort()
}
