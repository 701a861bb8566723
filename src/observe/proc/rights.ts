import { basename } from 'node:path/posix'
import type { Facts, ProcessFacts } from '../facts.ts'

/** Root that has laid its rights aside takes them up again for each job: credentials(7), saved user ID. */
export function keepsRoot({ uid }: Pick<ProcessFacts, 'uid'>): boolean {
  return uid.effective === 0 || uid.saved === 0 || uid.real === 0
}

/** Whether it has root's rights, or may become another user. */
export function mayBecome(process: ProcessFacts): boolean {
  const { effective, permitted } = process.capabilities
  return keepsRoot(process) || effective.includes('cap_setuid') || permitted.includes('cap_setuid')
}

export function mapsPam({ libraries }: ProcessFacts): boolean {
  return libraries.some((path) => /\/libpam\.so/.test(path))
}

/** Whether PAM has rules of the program's name among `names`: pam.d(5). */
export function hasRules(names: readonly string[] | undefined, { executable }: ProcessFacts): boolean {
  return names?.includes(basename(executable)) === true
}

/** Whether one of its processes may check a password and then act as whoever logged in. */
export function mayServeLogins({
  processes,
  pamServices,
}: Pick<Facts, 'processes' | 'pamServices'>): boolean {
  return processes.some(
    (process) => mayBecome(process) && (mapsPam(process) || hasRules(pamServices, process)),
  )
}
