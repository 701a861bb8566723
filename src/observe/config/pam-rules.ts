import { basename } from 'node:path/posix'
import type { Host } from '../../host/host.ts'
import { type BlindSpots, orBlindSpot } from '../blind-spots.ts'
import type { Facts, ProcessFacts } from '../facts.ts'

/** Where PAM looks for its rules, one file a service: pam.d(5). The first that has a name counts. */
const FOLDERS = ['/etc/pam.d', '/usr/lib/pam.d']
/** Its rules are for every program that has none of its own. */
const ALWAYS_VISIBLE = 'other'

/**
 * Whether the rules of one service prepare what a started program gets (its limits, its environment, its login id) by a
 * session line with a module of its own. What all services include says nothing of this one.
 */
export function preparesSessions(text: string): boolean {
  return text.split('\n').some((line) => /^\s*-?session\s+(?:\[[^\]]*\]|\w+)\s+\S*pam_\w+\.so\b/.test(line))
}

/**
 * Names of running programs that PAM has rules for: by custom a program asks under its own name (pam(8)). It shows who
 * asks for passwords, and who opens sessions, also where libpam is mapped only later, by a program that is started for
 * each session.
 */
export async function readPamServices(
  host: Host,
  processes: readonly ProcessFacts[],
  gaps: BlindSpots,
): Promise<Required<Pick<Facts, 'pamServices' | 'sessionServices'>>> {
  const listed = await Promise.all(FOLDERS.map((folder) => orBlindSpot(gaps, folder, host.list(folder))))
  const files = new Map<string, string>()
  for (const [at, names] of listed.entries())
    for (const name of names ?? []) if (!files.has(name)) files.set(name, `${FOLDERS[at]}/${name}`)
  const programs = new Set(processes.map(({ executable }) => basename(executable)))
  const pamServices = [...programs].filter((name) => name !== ALWAYS_VISIBLE && files.has(name)).sort()
  const texts = await Promise.all(
    pamServices.map((name) => orBlindSpot(gaps, name, host.read(files.get(name) as string))),
  )
  const sessionServices = pamServices.filter((_, at) => preparesSessions(texts[at] ?? ''))
  return { pamServices, sessionServices }
}
