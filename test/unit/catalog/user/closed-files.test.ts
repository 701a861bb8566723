import { describe, expect, test } from 'vitest'
import { foldersToGive } from '../../../../src/catalog/user/closed-files.ts'
import type { Facts } from '../../../../src/observe/facts.ts'
import type { RootFile } from '../../../../src/observe/files/root-files.ts'
import { emptyFacts, NOTHING_LEARNED, process, wrote } from '../build-facts.ts'
import { proposal } from '../rows.ts'

const FOLDER = '/var/lib/notes'
const SIGHTING = { phase: 'start', process: 'notes', line: 1 }

function rootFile(name: string, over: Partial<RootFile> = {}): RootFile {
  return { path: `${FOLDER}/${name}`, kind: 'file', mode: 0o644, links: 1, ...over }
}

const TOP: RootFile = { path: FOLDER, kind: 'directory', mode: 0o755, links: 2 }

/** Root in all its processes, it writes a file and closes it again. */
function notes(files: RootFile[], over: Partial<Facts> = {}, more = false): Facts {
  const facts: Facts = {
    ...emptyFacts(),
    processes: [process(80, 0, { name: 'notes', isMain: true })],
    freeAccount: { name: 'notes', id: 997 },
    learned: {
      ...NOTHING_LEARNED,
      changed: [{ path: `${FOLDER}/last`, uses: ['create', 'write'], sightings: [SIGHTING] as never }],
    },
    rootFiles: [{ folder: FOLDER, files: [TOP, ...files], more }],
    ...over,
  }
  facts.unit.id = 'notes.service'
  facts.unit.names = ['notes.service']
  return facts
}

function given(facts: Facts): string[] {
  return (proposal('User', facts).ownership ?? []).map(
    ({ path, mode }) => `${path}${mode === undefined ? '' : ` ${mode.toString(8)}`}`,
  )
}

describe('a service of root that closes what it writes', () => {
  test('its folder is looked at', () => {
    expect(foldersToGive(notes([]))).toEqual([FOLDER])
    expect(foldersToGive(notes([], { processes: [process(80, 0), process(81, 33)] }))).toEqual([])
    const instance = notes([])
    instance.unit.id = 'notes@one.service'
    expect(foldersToGive(instance)).toEqual([])
  })

  test('all that root has in the folder that bears its name goes along, readable, and writable where it wrote', () => {
    const facts = notes([
      rootFile('last', { mode: 0o444 }),
      rootFile('key', { mode: 0o200 }),
      rootFile('old'),
    ])
    expect(given(facts)).toEqual([FOLDER, `${FOLDER}/last 644`, `${FOLDER}/key 600`, `${FOLDER}/old`])
    expect(proposal('User', facts).tickIfProven).toBe(true)
  })

  test.each([
    ['a program that root may run', [rootFile('last'), rootFile('tool', { mode: 0o755 })]],
    ['a second name elsewhere', [rootFile('last', { links: 2 })]],
    ['a device', [rootFile('last'), rootFile('tty', { kind: 'device' })]],
  ])('nothing goes along with %s', (_, files) => {
    expect(given(notes(files))).toEqual([])
  })

  test('nothing goes along of too many', () => {
    expect(given(notes([rootFile('last')], {}, true))).toEqual([])
  })

  test('a folder of another name goes along if it wrote each file in it', () => {
    const other = { freeAccount: { name: 'pages', id: 997 } }
    const facts = (files: RootFile[]) => {
      const made = notes(files, other)
      made.unit.id = 'pages.service'
      made.unit.names = ['pages.service']
      return made
    }
    expect(given(facts([rootFile('last')]))).toEqual([FOLDER, `${FOLDER}/last`])
    expect(given(facts([rootFile('last'), rootFile('status')]))).toEqual([])
  })

  test('what it holds open needs no caution where the rest goes along', () => {
    const open = { writable: [wrote(`${FOLDER}/log`, 0, 0o644)] }
    expect(proposal('User', notes([rootFile('log'), rootFile('last')], open)).caution).not.toContain(
      'closed now',
    )
    const stays = notes([rootFile('log'), rootFile('tool', { mode: 0o755 })], open)
    expect(proposal('User', stays).caution).toContain(`but ${FOLDER}/tool is executable`)
  })
})
