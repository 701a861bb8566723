import type { RunUser } from './host.ts'

/** Options of setpriv(1) for a program that runs as another user; unless it is to be as in life, it can't gain more. */
export function userOptions({ uid, gid, asInLife }: RunUser): string[] {
  const rights = asInLife ? ['--init-groups'] : ['--clear-groups', '--no-new-privs']
  return [`--reuid=${uid}`, `--regid=${gid}`, ...rights, '--inh-caps=-all']
}
