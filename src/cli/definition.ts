import { STAGES } from '../catalog/common/types.ts'
import { LEVELS } from '../observe/facts.ts'
import {
  APPLY_COMMAND,
  APPLY_OPTIONS,
  DIFF_COMMAND,
  isForApply,
  isForPlan,
  PLAN_COMMAND,
  PLAN_OPTIONS,
} from './plan-definition.ts'

/** What a shell offers where a unit or a value is typed. */
export type Offer =
  /** Services that run. */
  | 'running'
  /** Services for which something is kept. */
  | 'kept'
  /** Accounts of the machine. */
  | 'accounts'
  /** Names of commands. */
  | 'commands'
  /** Paths of files. */
  | 'files'
  /** Directives that hardenctl can set. */
  | 'directives'
  /** The same, each with a = behind it. */
  | 'settings'
  | 'nothing'

export interface OptionDefinition {
  /** Without the dashes. */
  name: string
  short?: string
  /** Its value in the help, as in --stages LIST; none for a switch. */
  value?: string
  /** Words that are values, or parts of one. */
  words?: readonly string[]
  /** The value is words with commas between them. */
  isList?: boolean
  /** What else a shell offers as the value. */
  offers?: Offer
  isRepeatable?: boolean
  /** A few words, for the lists of a shell. */
  brief: string
  /** Whole sentences, for the help and the manual. */
  help: string
}

export interface CommandDefinition {
  /** As it is typed; of the walk, which has no word of its own, what `hardenctl help` calls it. */
  name: string
  /** How it is called, and what that does; the first is the usual way. */
  forms: readonly { line: string; does: string }[]
  brief: string
  /** Whole sentences that the general help has no room for. */
  help: string
  /** What may follow it. */
  offers: Offer
  /** It needs no root. */
  isForAll?: boolean
  options: readonly OptionDefinition[]
}

/** These two print and exit, wherever they stand. */
export const COMMON_OPTIONS = [
  { name: 'help', short: 'h', brief: 'print the help', help: 'Prints the help and exits.' },
  { name: 'version', brief: 'print the version', help: 'Prints the version and exits.' },
] as const satisfies readonly OptionDefinition[]

/** Of every command that does something. */
const EVENTS_OPTION = {
  name: 'json',
  brief: 'tell a program what happens',
  help: 'Prints what happens as JSON, one event a line, and nothing else on standard output; words go to standard error. The schema of a line is events.schema.json in /usr/share/doc/hardenctl, in the source in src/session/events. A walk takes it together with --yes.',
} as const satisfies OptionDefinition

const WALK_OPTIONS = [
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
    name: 'timings',
    brief: 'print at the end where the time went',
    help: 'Prints at the end where the time went: seconds by part, processor time, and the share in which no processor worked.',
  },
  EVENTS_OPTION,
] as const satisfies readonly OptionDefinition[]

const UNDO_OPTIONS = [
  {
    name: 'stage',
    value: 'STAGE',
    words: STAGES,
    brief: 'take back this stage alone',
    help: `Takes back this stage alone: ${STAGES.join(', ')}. The user switch can be taken back only before the stages that were proven under its account.`,
  },
  EVENTS_OPTION,
] as const satisfies readonly OptionDefinition[]

const AUDIT_OPTIONS = [
  {
    name: 'json',
    brief: 'print JSON',
    help: 'Prints one JSON document. Its schema is audit.schema.json in /usr/share/doc/hardenctl, in the source in src/session/audit.',
  },
  {
    name: 'sarif',
    brief: 'print SARIF 2.1.0',
    help: 'Prints a SARIF 2.1.0 log: one result for each check that a service does not pass.',
  },
  {
    name: 'metrics',
    value: 'FILE',
    offers: 'files',
    brief: 'write metrics for node_exporter',
    help: 'Writes metrics for the textfile collector of node_exporter into FILE, by rename, and prints no table.',
  },
  {
    name: 'threshold',
    value: 'N',
    brief: 'exit with 1 above this exposure',
    help: 'Exits with 1 if the exposure of a service, without what is accepted, is above N: 0 to 100, 50 for 5.0, as systemd-analyze has it.',
  },
] as const satisfies readonly OptionDefinition[]

/**
 * The one definition of the command line: from it come the parser, the help, the manual page and the completions of the
 * shells. The walk is first: it is what a command line without another command's name means.
 */
export const COMMANDS = [
  {
    name: 'walk',
    forms: [
      { line: 'UNIT', does: 'the wizard, as in: sudo hardenctl apache2' },
      { line: 'UNIT --yes', does: 'the same walk without a terminal' },
      { line: '', does: 'all services on a screen, to choose one' },
    ],
    brief: 'harden a service, stage by stage',
    help: 'Walks the service UNIT through the stages: proposes settings with the evidence for each, tries them in a clone of the host, applies one stage, restarts the service, checks its health, and rolls back by itself if it is not as before.',
    offers: 'running',
    options: WALK_OPTIONS,
  },
  {
    name: 'audit',
    forms: [
      { line: 'audit', does: 'all services: exposure, network, account, what a walk would win' },
      { line: 'audit UNIT', does: 'check by check, and what hardenctl would do about each' },
    ],
    brief: 'show what could be hardened, and change nothing',
    help: 'Shows all services of the host, or those that are named: exposure as systemd-analyze security counts it, whether the network reaches them, their account, what is kept, what stands in the way of a walk, and what a walk would win. That is predicted by what is seen, without a restart or a trial, so nothing of it is proven. Lines "Accept=UNIT CHECK until=YYYY-MM-DD REASON" in /etc/hardenctl/accepted.d/*.conf accept checks until that day.',
    offers: 'running',
    options: AUDIT_OPTIONS,
  },
  { ...PLAN_COMMAND, options: [...PLAN_OPTIONS, ...WALK_OPTIONS.filter(isForPlan)] },
  DIFF_COMMAND,
  { ...APPLY_COMMAND, options: [...APPLY_OPTIONS, ...WALK_OPTIONS.filter(isForApply)] },
  {
    name: 'status',
    forms: [{ line: 'status [UNIT]', does: 'what is kept, by which proof, and whether it is in force' }],
    brief: 'show what is kept for a service',
    help: 'Prints what is kept for the service UNIT, or for every service: since when, by which proof, whether the proof is older than what it was made with (systemd, kernel, libc, packages, unit files), and whether the running unit shows it. For a UNIT it also asks the saved checks. The exit code is 1 if something is not in force.',
    offers: 'kept',
    options: [EVENTS_OPTION],
  },
  {
    name: 'undo',
    forms: [
      { line: 'undo UNIT', does: 'restores everything as before the first change' },
      { line: 'undo UNIT --stage STAGE', does: 'takes back one stage; the others stay in force' },
    ],
    brief: 'restore a service as before the first change',
    help: 'Takes back everything that is kept for the service UNIT, restarts it, and proves that it is healthy. With --stage it takes back that stage alone, as a trial that is rolled back if the service does not answer as before without it.',
    offers: 'kept',
    options: UNDO_OPTIONS,
  },
  {
    name: 'confirm',
    forms: [{ line: 'confirm UNIT', does: 'answers Keep? of a walk in another terminal: keep it' }],
    brief: 'keep the change that a walk asks about',
    help: 'Answers the open question Keep? of the walk over UNIT from a second login, for who has lost the first one, and waits until the change is kept. The exit code is 1 if it is not, or if no question is open.',
    offers: 'running',
    options: [EVENTS_OPTION],
  },
  {
    name: 'extend',
    forms: [{ line: 'extend UNIT', does: 'the same: more time to answer' }],
    brief: 'get more time to answer Keep?',
    help: 'Gives more time to answer the open question Keep? of the walk over UNIT, as the key + does: as many seconds as at first, but never more than 10 minutes from now. Without an answer the change is undone.',
    offers: 'running',
    options: [EVENTS_OPTION],
  },
  {
    name: 'rollback',
    forms: [{ line: 'rollback UNIT', does: 'the same: undo the change on trial' }],
    brief: 'undo the change that a walk asks about',
    help: 'Undoes the change that the walk over UNIT asks about. If that hardenctl has died, it undoes the change at once, which systemd would do a little later. Stages that were kept before stay.',
    offers: 'running',
    options: [EVENTS_OPTION],
  },
  {
    name: 'help',
    forms: [{ line: 'help [COMMAND]', does: 'this text, or that of one command' }],
    brief: 'show how hardenctl is called',
    help: 'Prints the help of hardenctl or of one command.',
    offers: 'commands',
    isForAll: true,
    options: [],
  },
] as const satisfies readonly CommandDefinition[]

/** The command of that name; undefined for a word that is none. */
export function commandNamed(name: string | undefined): CommandDefinition | undefined {
  return COMMANDS.find((command) => command.name === name)
}
