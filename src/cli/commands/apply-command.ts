import { createInterface } from 'node:readline'
import { liveHost } from '../../host/live-host.ts'
import type { Printer } from '../../host/printer.ts'
import { exitCode } from '../../session/exit-code.ts'
import { Applier } from '../../session/plan/applier.ts'
import { applyProcedure } from '../../session/plan/apply-procedure.ts'
import { dryRun } from '../../session/plan/dry-run.ts'
import { givenChecks } from '../../session/plan/planned-checks.ts'
import { takenStages, without } from '../../session/plan/planned-settings.ts'
import type { Plan } from '../../session/plan/schema.ts'
import { Unattended } from '../../session/walk/unattended.ts'
import type { ApplyArguments } from '../argument-types.ts'
import { type Voice, voiced } from '../event-lines.ts'
import { UsageError } from '../usage-error.ts'
import { beginWalk, walkOptions } from './begin-walk.ts'
import { planIn, tellDifference } from './diff-command.ts'
import { seenThrough } from './seen-through.ts'

/** Applies exactly a plan. Returns the exit code. */
export function runApply(args: ApplyArguments, printer: Printer): Promise<number> {
  return voiced(printer, args.walk.json === true, { command: 'apply' }, (voice) => applyVoiced(args, voice))
}

async function applyVoiced(args: ApplyArguments, voice: Voice): Promise<number> {
  const { asked } = await walkOptions(args.walk)
  const plan = without(await planIn(args.file), asked.skip)
  return args.dryRun ? tried(args, plan, voice) : applied(args, plan, voice)
}

/** Says what would be done. */
async function tried({ rehearse, walk }: ApplyArguments, plan: Plan, voice: Voice): Promise<number> {
  await tellDifference(plan, voice)
  voice.words.out('')
  for (const line of await dryRun(liveHost(), plan, { rehearse, once: walk.once })) {
    voice.words.out(line)
    voice.tell({ event: 'notice', text: line })
  }
  return exitCode('done')
}

async function applied({ walk: given, rehearse }: ApplyArguments, plan: Plan, voice: Voice): Promise<number> {
  const { words } = voice
  const { checks, exercises, accounts } = givenChecks(plan.checks)
  requireConsentToCome(given, accounts)
  await tellDifference(plan, voice)
  if (!given.yes) {
    words.out(question(plan, accounts))
    if (!(await agrees())) {
      words.out('Nothing was changed.')
      return exitCode('nothing-kept')
    }
  }
  const options = await walkOptions({
    ...given,
    unit: plan.unit,
    yes: true,
    checks,
    exercises,
    skip: [],
    stages: takenStages(plan).map(({ stage }) => stage),
    level: plan.asked.level,
  })
  const attendant = new Applier(new Unattended(words))
  const walk = await beginWalk(options, attendant, applyProcedure(plan, rehearse))
  return seenThrough(walk, voice)
}

/** Without a person, a command runs as an account that the plan names only by the caller's own word. */
function requireConsentToCome(
  { yes, exerciseAs }: ApplyArguments['walk'],
  accounts: readonly string[],
): void {
  const terminal = process.stdin.isTTY === true && process.stdout.isTTY === true
  if (!yes && !terminal) throw new UsageError('apply asks at a terminal; --yes applies the plan without one')
  const unnamed = accounts.find((account) => account !== exerciseAs)
  if (yes && unnamed !== undefined)
    throw new UsageError(
      `the plan runs commands as ${unnamed}; with --yes they run so only with --exercise-as ${unnamed}`,
    )
}

function question({ unit }: Plan, accounts: readonly string[]): string {
  const commands = accounts.length === 0 ? '' : `Commands of the plan run as ${accounts.join(', ')}. `
  return `${commands}Apply this plan to ${unit}, which restarts it? Type y, or anything else to leave.`
}

/** No answer is a no. */
function agrees(): Promise<boolean> {
  const lines = createInterface({ input: process.stdin })
  return new Promise((resolve) => {
    lines.once('close', () => resolve(false))
    lines.once('line', (answer) => {
      resolve(/^y(es)?$/i.test(answer.trim()))
      lines.close()
    })
  })
}
