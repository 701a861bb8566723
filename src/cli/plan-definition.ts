/** The options of the walk that a plan takes too: those that decide what is proposed and what proves it. */
const OF_THE_WALK: readonly string[] = [
  'check',
  'exercise',
  'exercise-as',
  'level',
  'stages',
  'skip',
  'set',
  'syscalls',
  'json',
]

/** Those that an applied plan takes. */
const OF_APPLYING: readonly string[] = [
  'yes',
  'skip',
  'exercise-as',
  'once',
  'no-rehearsal',
  'watch-seconds',
  'json',
]

export function isForApply({ name }: { name: string }): boolean {
  return OF_APPLYING.includes(name)
}

export function isForPlan({ name }: { name: string }): boolean {
  return OF_THE_WALK.includes(name)
}

export const PLAN_OPTIONS = [
  {
    name: 'output',
    short: 'o',
    value: 'FILE',
    offers: 'files',
    brief: 'write the plan into this file',
    help: 'Writes the plan into FILE, by rename. Without it the plan is printed, and all words go to standard error.',
  },
  {
    name: 'mode',
    value: 'MODE',
    brief: 'mode of the file',
    help: 'Mode of FILE, octal; default 0600, since exercises may hold passwords.',
  },
] as const

export const PLAN_COMMAND = {
  name: 'plan',
  forms: [{ line: 'plan UNIT', does: 'all that a walk does in clones, as a file to review' }],
  brief: 'write what a walk would do, proven in clones',
  help: 'Rehearses all stages of a walk in clones of the host, as --once does, and stops before the live service, which is not restarted. The plan is a JSON document: each proposal with its evidence and its proof, what was tried tighter, what gave way and why, what was left out and why, files that would change hands, checks and exercises, the exposure stage by stage, and what it was made on. Its schema is plan.schema.json in /usr/share/doc/hardenctl, in the source in src/session/plan.',
  offers: 'running',
} as const

export const DIFF_COMMAND = {
  name: 'diff',
  forms: [{ line: 'diff FILE', does: 'a plan as a person reads it, beside what is here' }],
  brief: 'show a plan',
  help: 'Shows a plan: the exposure stage by stage, the settings here and as planned, the drop-in, files that change hands, what gave way, what was left out and why, and what is other here than where it was made. Changes nothing.',
  offers: 'files',
} as const

export const APPLY_OPTIONS = [
  {
    name: 'dry-run',
    brief: 'say what would be done',
    help: 'Shows the plan and says what apply would do here, or why it would refuse. Changes nothing.',
  },
  {
    name: 'rehearse',
    brief: 'apply only what a clone has proven here',
    help: 'Refuses where no clone of this host can prove the plan. Without it apply rehearses where a clone can be had; where none can, it applies only a plan that was made on the same versions.',
  },
] as const

export const APPLY_COMMAND = {
  name: 'apply',
  forms: [
    { line: 'apply FILE', does: 'exactly that plan, proven here in a clone first' },
    { line: 'apply FILE --yes', does: 'the same without a terminal' },
  ],
  brief: 'apply a plan',
  help: 'Applies exactly the plan in FILE by the same trial as the walk: each stage is restarted, checked, and rolled back if it is not healthy; --once restarts a single time. First all stages are rehearsed in a clone of this host, and a plan of which something breaks there is refused. It is refused too where the unit has other files or the processor is of another kind. Only files change hands that a walk on this host would hand over. Commands of the plan run as a walk runs them, and as an account that the plan names only if a person at the terminal agrees or --exercise-as names the same. Applied twice, the second changes nothing.',
  offers: 'files',
} as const
