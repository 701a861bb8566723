import { STAGES, type StageOrAll } from '../../catalog/common/types.ts'
import type { Manager } from '../../host/manager.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'

export interface Parting {
  /** How hardenctl and systemctl are called for it. */
  words: Manager['words']
  unit: string
  /** What is kept now, by this walk or an earlier one; undefined where the walk did not come to read it. */
  kept: readonly StageOrAll[] | undefined
  /** An undo is not proven, or the service is not. */
  undoOpen: boolean
}

/** The last line of every walk, however it ends: what is kept, and what to type next. */
export function partingLine({ words, unit, kept, undoOpen }: Parting): string {
  const { hardenctl, systemctl } = words
  const name = shortName(unit)
  const undo = `To undo: ${hardenctl} undo ${name}`
  if (undoOpen) return `${name} needs you: ${systemctl} status ${name}. ${undo}`
  if (kept === undefined) return `Nothing was changed. To try again: ${hardenctl} ${name}`
  if (kept.length === 0) return `Nothing is kept for ${name}. To walk again: ${hardenctl} ${name}`
  const isAll = kept.includes('all') || kept.length === STAGES.length
  if (isAll) return `Kept for ${name}: all stages. To see them: ${hardenctl} status ${name}. ${undo}`
  const stages = kept.length === 1 ? '1 stage' : `${kept.length} stages`
  return `Kept for ${name}: ${stages}. To go on: ${hardenctl} ${name}. ${undo}`
}
