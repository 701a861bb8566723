export const EXPORT_OPTIONS = [
  {
    name: 'drop-in',
    brief: 'write the drop-in',
    help: 'Writes the drop-in as it would be kept in a repository: each directive below a comment with its evidence and how it was proven.',
  },
  {
    name: 'output',
    short: 'o',
    value: 'FILE',
    offers: 'files',
    brief: 'write it into this file',
    help: 'Writes into FILE, by rename. Without it the text is printed.',
  },
  {
    name: 'mode',
    value: 'MODE',
    brief: 'mode of the file',
    help: 'Mode of the written file, octal; default 0644 for a drop-in.',
  },
] as const

export const EXPORT_COMMAND = {
  name: 'export',
  forms: [
    { line: 'export FILE --drop-in', does: 'the drop-in of a plan, each directive with its evidence' },
    { line: 'export UNIT --drop-in', does: 'the same of what is kept for a service' },
  ],
  brief: 'hand on what a plan or a walk came to',
  help: 'Writes what a plan came to, or what is kept for a service, in a form for others. A name with a / in it or with .json at its end is the file of a plan; another is a service. Changes nothing on this host.',
  offers: 'files',
} as const
