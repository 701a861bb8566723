import { reasonOf } from '../../host/errors.ts'
import { type Check, checkLabel } from '../../trial/health/check.ts'
import { saveChecks, saveFile, unsavedChecks } from '../../trial/health/save-checks.ts'
import type { WalkBeginning } from './context.ts'

type Offering = Pick<WalkBeginning, 'live' | 'subject' | 'options' | 'ask' | 'signal'>

async function wanted({ live, ask, options, subject }: Offering, checks: readonly Check[]): Promise<boolean> {
  // Without a person nobody could say yes.
  if (options.saveChecks || options.keepSeconds === 0) return options.saveChecks
  const whose = live.manager.kind === 'system' ? "root's" : 'yours'
  const text = [
    'These were given for this walk alone:',
    ...checks.map(checkLabel),
    `Saved in ${saveFile(live.manager, subject.unit)}, which is ${whose}, they are played in every later walk, by status and by undo.`,
  ]
  const question = { at: 'question', id: 'save-checks', text, yes: 'Save them', no: 'Leave it' } as const
  return (await ask(question, ['answer']))?.yes === true
}

/**
 * Offers to save the checks and exercises that were given for this walk and held to its end. Returns what was done, in
 * sentences.
 */
export async function offerToSave(context: Offering, given: readonly Check[]): Promise<string[]> {
  const { live, subject, options } = context
  const { unit } = subject
  try {
    const checks = await unsavedChecks(live, unit, given)
    if (checks.length === 0) return []
    const path = saveFile(live.manager, unit)
    if (await wanted(context, checks)) {
      await saveChecks(live, unit, checks)
      return [`Saved in ${path}: ${checks.map(checkLabel).join('; ')}.`]
    }
    // A person who was asked knows it.
    return options.keepSeconds === 0
      ? [
          `Not saved: ${checks.map(checkLabel).join('; ')}. --save-checks writes them to ${path} for every later time.`,
        ]
      : []
  } catch (error) {
    context.signal.throwIfAborted()
    return [`The checks could not be saved: ${reasonOf(error)}.`]
  }
}
