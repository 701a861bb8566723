import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { project } from '../kit/project.ts'

/** What broke somebody's service in the field, as a folder of small scripts; see the tests' README. */
export interface FieldCase {
  name: string
  unit: string
  /** Text of a script for bash that runs as root in a fresh lab and leaves the unit running. */
  setup: string
  /** Text of a program that uses the service: it ends with 0 where the use works. */
  use: string
  /** Text of a script; its output is the same for as long as the service does the same. */
  same?: string
  /** A setting that breaks the use by hand, which shows that the use can fail. */
  weak?: string
  /** Settings of [Service] as a careful expert writes them who knows the service and its use. */
  hand: string
  /** The use is not played before the walk, so that nothing is at work when the service is looked at. */
  unplayed: boolean
}

const FOLDER = join(project, 'test/lab/cases')

export function caseNames(): string[] {
  return readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
}

export function readCase(name: string): FieldCase {
  const path = (part: string) => join(FOLDER, name, part)
  const text = (part: string) => readFileSync(path(part), 'utf8')
  const perhaps = (part: 'same' | 'weak') => (existsSync(path(part)) ? { [part]: text(part) } : {})
  return {
    name,
    unit: text('unit').trim(),
    setup: text('setup'),
    use: text('x'),
    hand: text('hand'),
    unplayed: existsSync(path('unplayed')),
    ...perhaps('same'),
    ...perhaps('weak'),
  }
}
