import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Looked for from here upwards, because a bundled copy of this file runs from another folder. */
function findProject(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('no package.json above this file')
    folder = parent
  }
  return folder
}

/** The checkout that the tests belong to. */
export const project = findProject()
