export const MERGE_COMMAND = {
  name: 'merge',
  forms: [{ line: 'merge PLAN PLAN…', does: 'one plan of those of several hosts: what all of them bear' }],
  brief: 'make one plan of several',
  help: 'Makes one plan of the plans of one service on several hosts or releases. A directive is in it only if each plan takes it, has it in force, or comes from a systemd that does not know it; its value is the one that every host bears: all capabilities, address families, writable paths and system calls that one of them needs, and only what all of them forbid. It tells which host alone needs what, and what is left out because of whom. The merged plan is read by diff, apply and export as any other; apply fits it to a machine that is like one of those that it was made on, and proves it in a clone everywhere else.',
  offers: 'files',
} as const
