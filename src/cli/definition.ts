import { STAGES } from '../catalog/common/types.ts'
import { EXPORT_COMMAND, EXPORT_OPTIONS } from './export-definition.ts'
import { MERGE_COMMAND } from './merge-definition.ts'
import {
  APPLY_COMMAND,
  APPLY_OPTIONS,
  DIFF_COMMAND,
  isForApply,
  isForPlan,
  PLAN_COMMAND,
  PLAN_OPTIONS,
} from './plan-definition.ts'
import { isForTry, TRY_COMMAND } from './try-definition.ts'
import { EVENTS_OPTION, USER_OPTION, WALK_OPTIONS } from './walk-definition.ts'

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

const UNDO_OPTIONS = [
  {
    name: 'stage',
    value: 'STAGE',
    words: STAGES,
    brief: 'take back this stage alone',
    help: `Takes back this stage alone: ${STAGES.join(', ')}. The user switch can be taken back only before the stages that were proven under its account.`,
  },
  USER_OPTION,
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
  { ...DIFF_COMMAND, options: [EVENTS_OPTION] },
  { ...APPLY_COMMAND, options: [...APPLY_OPTIONS, ...WALK_OPTIONS.filter(isForApply)] },
  { ...TRY_COMMAND, options: [...PLAN_OPTIONS, ...WALK_OPTIONS.filter(isForTry)] },
  { ...MERGE_COMMAND, options: [...PLAN_OPTIONS, EVENTS_OPTION] },
  { ...EXPORT_COMMAND, options: EXPORT_OPTIONS },
  {
    name: 'status',
    forms: [{ line: 'status [UNIT]', does: 'what is kept, by which proof, and whether it is in force' }],
    brief: 'show what is kept for a service',
    help: 'Prints what is kept for the service UNIT, or for every service: since when, by which proof, whether the proof is older than what it was made with (systemd, kernel, libc, packages, unit files), and whether the running unit shows it. For a UNIT it also asks the saved checks. The exit code is 1 if something is not in force.',
    offers: 'kept',
    options: [USER_OPTION, EVENTS_OPTION],
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
    options: [USER_OPTION, EVENTS_OPTION],
  },
  {
    name: 'extend',
    forms: [{ line: 'extend UNIT', does: 'the same: more time to answer' }],
    brief: 'get more time to answer Keep?',
    help: 'Gives more time to answer the open question Keep? of the walk over UNIT, as the key + does: as many seconds as at first, but never more than 10 minutes from now. Without an answer the change is undone.',
    offers: 'running',
    options: [USER_OPTION, EVENTS_OPTION],
  },
  {
    name: 'rollback',
    forms: [{ line: 'rollback UNIT', does: 'the same: undo the change on trial' }],
    brief: 'undo the change that a walk asks about',
    help: 'Undoes the change that the walk over UNIT asks about. If that hardenctl has died, it undoes the change at once, which systemd would do a little later. Stages that were kept before stay.',
    offers: 'running',
    options: [USER_OPTION, EVENTS_OPTION],
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
