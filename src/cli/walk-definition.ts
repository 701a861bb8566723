import { STAGES } from '../catalog/common/types.ts'
import { LEVELS } from '../observe/facts.ts'

/** Of every command that does something. */
export const EVENTS_OPTION = {
  name: 'json',
  brief: 'tell a program what happens',
  help: 'Prints what happens as JSON, one event a line, and nothing else on standard output; words go to standard error. The schema of a line is events.schema.json in /usr/share/doc/hardenctl, in the source in src/session/events. A walk takes it together with --yes.',
} as const

/** Of every command that is about one unit and needs no clone. */
export const USER_OPTION = {
  name: 'user',
  brief: 'a unit of your own (systemctl --user)',
  help: 'Takes UNIT for one of your own service manager (systemctl --user): run as that user, not as root, on systemd 254 or newer. Each stage is tried live, since a clone needs root, and settings that need root are left out.',
} as const

export const WALK_OPTIONS = [
  {
    name: 'yes',
    short: 'y',
    brief: 'walk without a terminal',
    help: 'Walks without a terminal and takes every recommendation.',
  },
  {
    name: 'check',
    value: 'CHECK',
    isRepeatable: true,
    brief: 'add a check that decides health',
    help: 'Adds a check that decides health: a URL, tcp:HOST:PORT, unix:/PATH, or a command, which never runs as root.',
  },
  {
    name: 'exercise',
    value: 'CMD',
    isRepeatable: true,
    brief: 'add a command that uses the service',
    help: 'Adds a command that uses the service (writes, reads back, logs in). It runs in the clones and live beside the checks, so that the proof covers it; for at most 30 s, as the caller of sudo or nobody, and it gains no rights. exit=CODE before it names the exit code that means success, as=USER the account of this one.',
  },
  {
    name: 'exercise-as',
    value: 'USER',
    offers: 'accounts',
    brief: 'run the exercises as this account',
    help: 'Runs the exercises as this account, with its groups, and lets sudo and setgid helpers work. They run as root only by that word.',
  },
  {
    name: 'save-checks',
    brief: 'save the checks and exercises for later',
    help: 'Saves the given checks and exercises in /etc/hardenctl/checks.d/UNIT/ at the end of the walk, so that each later walk, status and undo play them. The wizard asks without it.',
  },
  {
    name: 'level',
    value: 'LEVEL',
    words: LEVELS,
    brief: 'how much evidence a row needs to be ticked',
    help: 'Sets the evidence that a row needs to be ticked. standard, the default, leaves a row to you if it denies a use that nobody saw and that configuration, arguments, scripts or sudo rules make possible. careful also counts calls that programs import. tight counts only what hardenctl saw.',
  },
  {
    name: 'stages',
    value: 'LIST',
    words: STAGES,
    isList: true,
    brief: 'walk only these stages',
    help: `Walks only these stages, for example filesystem,system. The stages are ${STAGES.join(', ')}.`,
  },
  {
    name: 'skip',
    value: 'DIRECTIVE',
    offers: 'directives',
    isRepeatable: true,
    brief: 'leave this directive as it is',
    help: 'Leaves this directive as it is, for example --skip ProtectHome.',
  },
  {
    name: 'set',
    value: 'DIRECTIVE=VALUE',
    offers: 'settings',
    isRepeatable: true,
    brief: 'ask for this value of a directive',
    help: 'Asks for this value of a directive, for example --set ProtectSystem=full. It is ticked, proven as any other, and left out by name if it breaks the service.',
  },
  {
    name: 'once',
    brief: 'restart the live service a single time',
    help: 'Rehearses all stages in a clone, then restarts the live service once.',
  },
  {
    name: 'run-once',
    brief: 'run a oneshot at the end',
    help: 'Runs a oneshot (a unit that does its work and ends) once on the live host at the end of the walk. Without it the unit runs at its own time, and systemd undoes the walk if that run fails.',
  },
  {
    name: 'learn-live',
    value: 'N',
    brief: 'learn from real traffic for N seconds',
    help: 'Before the system calls, learns from real traffic for N seconds (10 to 3600). The live service restarts before and after. The key l does the same.',
  },
  {
    name: 'no-rehearsal',
    brief: 'make no clones',
    help: 'Makes no clones and tries each stage on the live service only.',
  },
  {
    name: 'syscalls',
    value: 'WAY',
    words: ['groups', 'exact'],
    brief: 'allow groups of system calls, or those seen',
    help: 'groups, the default, allows whole groups of calls as a margin; exact allows only the calls seen. The key w switches.',
  },
  {
    name: 'keep-seconds',
    value: 'N',
    brief: 'seconds to answer Keep?',
    help: 'Seconds to answer Keep?, 10 to 600; default 30.',
  },
  {
    name: 'watch-seconds',
    value: 'N',
    brief: 'seconds to watch the service at the end',
    help: 'Seconds to watch the service at the end of the walk, 1 to 3600; default 12.',
  },
  {
    name: 'plain',
    brief: 'walk by plain text and numbers',
    help: 'The wizard as plain text that only scrolls, with numbers for answers: for screen readers, serial lines and simple terminals. ACCESSIBLE=1 and TERM=dumb do the same.',
  },
  {
    name: 'timings',
    brief: 'print at the end where the time went',
    help: 'Prints at the end where the time went: seconds by part, processor time, and the share in which no processor worked.',
  },
  USER_OPTION,
  EVENTS_OPTION,
] as const
