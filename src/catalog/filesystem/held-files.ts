import type { Facts, OpenFile, ProcessFacts, SharedSegment } from '../../observe/facts.ts'
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

/** The first process that has System V memory which `test` is true of, and its keys. */
function sharing(
  facts: Facts,
  test: (segment: SharedSegment) => boolean,
): { process: ProcessFacts; keys: string[] } | undefined {
  for (const process of facts.processes) {
    const keys = (process.sharedMemory ?? []).filter(test).map(({ key }) => key)
    if (keys.length > 0) return { process, keys }
  }
  return undefined
}

/** Accounts that are not its owner may attach it. */
function isForOthers({ mode }: SharedSegment): boolean {
  return (mode & 0o066) !== 0
}

/** In words: which process has memory that other accounts find by its key, whatever they do with it. */
export function sharesMemory(facts: Facts): string | undefined {
  const found = sharing(facts, isForOthers)
  return (
    found && `${called(found.process)} has System V memory ${few(found.keys)} that other accounts may attach.`
  )
}

/** In words: which process has memory of root that no other account could attach at its next start. */
export function hasMemoryOfRoot(facts: Facts): string | undefined {
  const found = sharing(facts, (segment) => segment.uid === 0 && !isForOthers(segment))
  return (
    found &&
    `${called(found.process)} has System V memory ${found.keys[0]} of root, which no other account may attach.`
  )
}
