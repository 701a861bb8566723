/** Steps that systemd failed at before the program ran: systemd.exec(5), "Process Exit Codes". */
export const EXIT_MEANINGS: Readonly<Record<number, { name: string; means: string }>> = {
  200: { name: 'CHDIR', means: 'the working directory could not be entered' },
  203: {
    name: 'EXEC',
    means: 'the program could not be executed',
  },
  208: { name: 'STDIN', means: 'standard input could not be set up' },
  209: { name: 'STDOUT', means: 'standard output could not be set up' },
  213: { name: 'SECUREBITS', means: 'the secure bits could not be set' },
  214: { name: 'SETSCHEDULER', means: 'the scheduling could not be set' },
  216: {
    name: 'GROUP',
    means: 'the group does not exist or could not be taken',
  },
  217: {
    name: 'USER',
    means: 'the user does not exist or could not be taken',
  },
  218: {
    name: 'CAPABILITIES',
    means: 'the capabilities could not be set',
  },
  225: { name: 'NETWORK', means: 'the network namespace could not be created' },
  226: {
    name: 'NAMESPACE',
    means: 'the mounts could not be set up',
  },
  227: { name: 'NO_NEW_PRIVILEGES', means: 'NoNewPrivileges could not be set' },
  228: { name: 'SECCOMP', means: 'the system call filter could not be set' },
  233: { name: 'RUNTIME_DIRECTORY', means: 'the runtime directory could not be created' },
  235: { name: 'CHOWN', means: 'a file could not be given to the user' },
  238: { name: 'STATE_DIRECTORY', means: 'the state directory could not be created' },
  240: { name: 'LOGS_DIRECTORY', means: 'the logs directory could not be created' },
}

/** Signals that tell something: signal(7). */
const SIGNAL_NAMES: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  15: 'SIGTERM',
  31: 'SIGSYS',
}

/** ExecMainCode= is a waitid(2) code: 1 exited, 2 killed, 3 killed with a core dump. */
export function exitMeaning(code: number, status: number): string | undefined {
  if (code === 1) {
    const known = EXIT_MEANINGS[status]
    if (known) return `exit code ${status}/${known.name}: ${known.means}`
    return status === 0 ? undefined : `the main process ended with exit code ${status}`
  }
  if (code === 2 || code === 3)
    return `the main process was killed by ${SIGNAL_NAMES[status] ?? `signal ${status}`}`
  return undefined
}
