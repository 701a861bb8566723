/** The options of the walk that decide what proves a row. */
const OF_THE_WALK: readonly string[] = ['check', 'exercise', 'exercise-as', 'level', 'json']

export function isForTry({ name }: { name: string }): boolean {
  return OF_THE_WALK.includes(name)
}

export const TRY_COMMAND = {
  name: 'try',
  forms: [{ line: 'try FILE UNIT', does: "another's drop-in, proven here row by row in clones" }],
  brief: "prove another's drop-in in clones",
  help: 'Tries the hardening of a drop-in file that somebody else wrote, in clones of this host: the service must answer there without it first; then all of its rows are tried, and where they break together, each alone. It tells of each row whether it holds, what the service needs where it breaks, and what is left to you, since it denies a use that nobody played. It names a row that would loosen something, that this systemd does not know, or that is in force. A file with anything but hardening in it (commands, accounts, variables) is refused. The live service is neither changed nor restarted. With -o what held becomes a plan for apply.',
  offers: 'files',
} as const
