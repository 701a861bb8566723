import { kindOf } from '../../systemd/settings/settings-kinds.ts'
import { takenOf, takenStages } from './planned-settings.ts'
import type { Plan, PlannedDirective } from './schema.ts'

type PlannedOwner = PlannedDirective['owners'][number]

/** Files that change hands. */
export function plannedOwners(plan: Plan): PlannedOwner[] {
  return takenStages(plan)
    .flatMap(takenOf)
    .flatMap(({ owners }) => owners)
}

/** Accounts that are made. */
export function plannedAccounts(plan: Plan): { name: string; id: number }[] {
  return takenStages(plan)
    .flatMap(takenOf)
    .flatMap(({ account }) => (account === null ? [] : [account]))
}

/** "/var/log/web → web:adm, mode 0640" */
export function ownerWords({ path, user, group, mode }: PlannedOwner): string {
  const bits = mode === null ? '' : `, mode ${mode.toString(8).padStart(4, '0')}`
  return `${path} → ${group === null ? user : `${user}:${group}`}${bits}`
}

/** Sentences on what broke in a clone while a looser value was looked for. */
export function gaveWay({ evidence }: PlannedDirective): string[] {
  return evidence.filter(({ trial }) => trial?.holds === false).map(({ text }) => text)
}

const LEFT_WORDS: Record<NonNullable<PlannedDirective['left']>, string> = {
  broke: 'Left out, since it broke in a clone',
  'not-reached': 'Left out, since nobody played a use that it may deny',
  person: "Left to a person's word",
  stage: 'Left out with its stage',
}

/** Rows that were not taken, by the reason for it; reasons without a row are left out. */
export function leftByReason({ stages }: Plan): { words: string; rows: PlannedDirective[] }[] {
  const left = stages.flatMap(({ directives }) => directives.filter(({ state }) => state === 'left'))
  return Object.entries(LEFT_WORDS)
    .map(([reason, words]) => ({ words, rows: left.filter((one) => one.left === reason) }))
    .filter(({ rows }) => rows.length > 0)
}

/** A sentence that warns of commands among the lines: they are the plan's own, and no catalog knows them. */
export function commandsWarning(lines: PlannedDirective['assignments']): string | undefined {
  const commands = lines.filter(({ key, value }) => kindOf(key) === 'exec' && value !== '')
  if (commands.length === 0) return undefined
  return 'It holds commands: compare them with those of the unit before use, since whoever wrote the plan could have changed them.'
}

/** A sentence on how a row that is taken was proven. */
export function provenWords({ proof }: PlannedDirective, ofStage: PlannedDirective['proof']): string {
  if (proof.state === 'proven') return 'Proven in a clone.'
  if (proof.state === 'none' && proof.reason !== null)
    return `No clone has proven this value: ${proof.reason}.`
  if (proof.state === 'breaks') return `It broke in a clone: ${proof.reason ?? 'unknown how'}.`
  if (ofStage.state === 'proven') return 'Proven in a clone, with its whole stage.'
  if (proof.state === 'unprovable') return `No clone could prove it: ${proof.reason ?? 'unknown why'}.`
  return 'No clone has proven it.'
}
