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

/** In words: which process has memory that other accounts find by its key, whatever they do with it. */
export function sharesMemory(facts: Facts): string | undefined {
  const sharing = facts.processes.find(({ sharedMemory = [] }) => sharedMemory.length > 0)
  return (
    sharing &&
    `${called(sharing)} has System V memory ${few(sharing.sharedMemory ?? [])} that other accounts may attach.`
  )
}
