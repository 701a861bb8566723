import type { Facts, OpenFile, ProcessFacts } from '../../observe/facts.ts'
import { few } from '../common/proposal.ts'
import { called } from '../common/roles.ts'

/** A process that holds a file open which `test` is true of. */
export function holding(
  facts: Facts,
  test: (file: OpenFile) => boolean,
): { process: ProcessFacts; path: string } | undefined {
  for (const process of facts.processes) {
    const file = process.openFiles.find(test)
    if (file) return { process, path: file.path }
  }
  return undefined
}

/** In words: which process holds which file open. */
export function holds(found: { process: ProcessFacts; path: string } | undefined): string | undefined {
  return found && `${called(found.process)} holds ${found.path} open.`
}

const OF_OTHERS = 0o066

/** In words: which process has memory that other accounts find by its key, whatever they do with it. */
export function sharesMemory(facts: Facts): string | undefined {
  for (const process of facts.processes) {
    const keys = (process.sharedMemory ?? []).flatMap(({ key, mode }) =>
      (mode & OF_OTHERS) === 0 ? [] : [key],
    )
    if (keys.length > 0)
      return `${called(process)} has System V memory ${few(keys)} that other accounts may attach.`
  }
  return undefined
}

/** In words: which process has memory of root that no other account could attach at its next start. */
export function hasMemoryOfRoot(facts: Facts): string | undefined {
  for (const process of facts.processes) {
    const found = (process.sharedMemory ?? []).find(({ uid, mode }) => uid === 0 && (mode & OF_OTHERS) === 0)
    if (found !== undefined)
      return `${called(process)} has System V memory ${found.key} of root, which no other account may attach.`
  }
  return undefined
}
