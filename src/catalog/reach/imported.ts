import type { Facts } from '../../observe/facts.ts'
import { TELLING_IMPORTS } from '../../observe/files/telling-programs.ts'

/** Which of the telling calls its programs import. */
export function imported(facts: Facts, group: keyof typeof TELLING_IMPORTS): string[] {
  const calls = TELLING_IMPORTS[group] ?? []
  return (facts.reach?.imports ?? []).filter((name) => calls.includes(name))
}
