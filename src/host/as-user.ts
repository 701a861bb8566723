/** Options of setpriv(1) for a program that runs as another user and can't gain more. */
export function userOptions({ uid, gid }: { uid: number; gid: number }): string[] {
  return [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs', '--inh-caps=-all']
}
