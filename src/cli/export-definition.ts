export const EXPORT_OPTIONS = [
  {
    name: 'drop-in',
    brief: 'write the drop-in',
    help: 'Writes the drop-in as it would be kept in a repository: each directive below a comment with its evidence and how it was proven.',
  },
  {
    name: 'report',
    value: 'OUT',
    offers: 'files',
    brief: 'write a report of a plan',
    help: 'Writes a report of a plan into OUT, by rename: the exposure before, after and as a picture, every directive with its evidence and proof, what was left out and why, files that change hands, and what the plan was made on. A name that ends with .html becomes one page that needs nothing else and runs nothing; one that ends with .md becomes Markdown.',
  },
  {
    name: 'ansible',
    value: 'DIR',
    offers: 'files',
    brief: 'write a collection of Ansible',
    help: 'Writes a collection of Ansible into DIR, which is made, or is empty, or holds an earlier export. Its role applies the plan, or what is kept for a service, on each host, by hardenctl where that is installed, and otherwise behind a timer of systemd that undoes it; its playbook begins with one host, and stops at the first that does not bear the plan.',
  },
  {
    name: 'upstream',
    brief: 'write what a package could take',
    help: 'Writes what the maintainer of a package could take of one plan or several of a service, or of what is kept for it, as Markdown for a bug report: lines for the unit file without paths, addresses and accounts of a host, each proven by every plan, with its evidence, the releases of systemd that know it, and what was left out and why. Host names and given commands are left out.',
  },
  {
    name: 'output',
    short: 'o',
    value: 'FILE',
    offers: 'files',
    brief: 'write into this file',
    help: 'Writes the drop-in, or what --upstream writes, into FILE, by rename. Without it that is printed.',
  },
  {
    name: 'mode',
    value: 'MODE',
    brief: 'mode of the file',
    help: 'Mode of the written file, octal; default 0644 for a drop-in and with --upstream, and 0600 for a report and a collection, since exercises may hold passwords.',
  },
] as const

export const EXPORT_COMMAND = {
  name: 'export',
  forms: [
    { line: 'export FILE --drop-in', does: 'the drop-in of a plan, each directive with its evidence' },
    { line: 'export UNIT --drop-in', does: 'the same of what is kept for a service' },
    { line: 'export FILE --report OUT', does: 'a report of a plan, as .html or .md' },
    { line: 'export FILE --ansible DIR', does: 'a role of Ansible that applies a plan on many hosts' },
    { line: 'export UNIT --ansible DIR', does: 'the same of what is kept' },
    { line: 'export PLAN… --upstream', does: 'what a package could take of them, for a bug report' },
    { line: 'export UNIT --upstream', does: 'the same of what is kept' },
  ],
  brief: 'hand on what a plan or a walk came to',
  help: 'Writes what a plan came to, or what is kept for a service, in a form for others. A name with a / in it or with .json at its end is the file of a plan; another is a service. Changes nothing on this host.',
  offers: 'files',
} as const
