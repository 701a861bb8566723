import type { Host } from '../../host/host.ts'
import type { Facts } from '../facts.ts'
import { isTextFor } from '../files/embedded-interpreters.ts'
import { configurationTexts } from './configuration-texts.ts'
import { settingLines } from './named-words.ts'

/** Words that may be names of files. */
const WORD = /[\w./~+-]+/g

/** Which of these interpreters' libraries a configuration gives a text to. */
export function libraryWithText(libraries: readonly string[], texts: readonly string[]): string | undefined {
  const words = texts.flatMap(settingLines).flatMap((line) => line.match(WORD) ?? [])
  return libraries.find((library) => words.some((word) => isTextFor(library, word)))
}

/** A library among these that has scripts to run, by the configuration of the service. */
export async function scriptedLibrary(
  host: Host,
  facts: Facts,
  libraries: readonly string[],
): Promise<string | undefined> {
  if (libraries.length === 0) return undefined
  return libraryWithText(libraries, await configurationTexts(host, facts))
}
