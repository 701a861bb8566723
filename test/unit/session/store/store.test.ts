import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import { loadState, parseState, type StoredState, StoreError } from '../../../../src/session/store/store.ts'
import { type Entry, memoryHost } from '../../observe/memory-host.ts'

const UNIT = 'x.service'
const RECORD = {
  path: '/var/log/x',
  kind: 'file',
  uid: 0,
  gid: 4,
  mode: 0o640,
  inode: '12',
  device: '34',
} as const
const TRIAL: NonNullable<StoredState['pending']> = {
  token: '0123456789abcdef',
  unit: UNIT,
  stage: 'user',
  assignments: [{ section: 'Service', key: 'User', value: 'www' }],
  records: [RECORD],
  changes: [{ before: RECORD, after: { uid: 33, gid: 4, mode: 0o640 } }],
  foldersMade: ['/etc/systemd/system/x.service.d'],
  before: { invocation: 'a', processes: ['1:2'] },
  since: 1,
}
const STATE: StoredState = {
  version: 1,
  unit: UNIT,
  started: '2026-01-01T00:00:00.000Z',
  stock: 92,
  kept: [],
  pending: TRIAL,
}

/** The state with something else at a path of keys. */
function changed(path: string, value: unknown): string {
  const state = structuredClone(STATE) as unknown as Record<string, unknown>
  const keys = path.split('.')
  let at = state
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>
  at[keys.at(-1) as string] = value
  return JSON.stringify(state)
}

describe('the text of a state', () => {
  it('comes back whole', () => {
    expect(parseState(SYSTEM_MANAGER, JSON.stringify(STATE), UNIT)).toEqual(STATE)
  })

  it('as the first release wrote it comes back whole, so that an update forgets nothing', async () => {
    const written = await readFile(new URL('fixtures/state-version-1.json', import.meta.url), 'utf8')
    const state = parseState(SYSTEM_MANAGER, written, 'example.service')
    expect(state).toEqual(JSON.parse(written))
    expect(Object.keys(state)).toEqual(expect.arrayContaining(['baseline', 'kept', 'pending', 'learned']))
  })

  it.each(['', '{', JSON.stringify(STATE).slice(0, -1), '\0\0\0\0'])('torn is refused: %j', (text) => {
    expect(() => parseState(SYSTEM_MANAGER, text, UNIT)).toThrow(/is damaged: it is not JSON/)
  })

  it.each(['null', '[]', '1', '"x"', '{}'])('that is no state is refused: %s', (text) => {
    expect(() => parseState(SYSTEM_MANAGER, text, UNIT)).toThrow(/is not a state of hardenctl/)
  })

  it.each<[string, unknown]>([
    ['version', 2],
    ['surprise', 1],
    ['stock', 101],
    ['pending.surprise', 1],
    ['pending.token', '0123456789abcdef\nrm'],
    ['pending.stage', 'final'],
    ['pending.records.0.path', '/var/../etc/shadow'],
    ['pending.records.0.path', '/var/log/..'],
    ['pending.records.0.path', '/./etc/shadow'],
    ['pending.records.0.path', 'etc/shadow'],
    ['pending.records.0.path', '/a\0b'],
    ['pending.records.0.inode', '1; reboot'],
    ['pending.records.0.kind', 'link'],
    ['pending.records.0.uid', -1],
    ['pending.records.0.uid', 4294967295],
    ['pending.records.0.uid', 1.5],
    ['pending.records.0.mode', 0o10000],
    ['pending.changes.0.after.uid', '0'],
    ['pending.foldersMade.0', '../x'],
    ['pending.assignments.0.section', 'Install'],
    ['pending.assignments.0.key', 'User=root\nGroup'],
    ['pending.assignments.0.value', 'www\nExecStart=/evil'],
  ])('with %s = %j is refused, and names where', (path, value) => {
    expect(() => parseState(SYSTEM_MANAGER, changed(path, value), UNIT)).toThrow(StoreError)
    expect(() => parseState(SYSTEM_MANAGER, changed(path, value), UNIT)).toThrow(
      /^\/var\/lib\/hardenctl\/x\/state\.json /,
    )
  })

  it.each(['unit', 'pending.unit'])('that is about another unit in %s is refused', (path) => {
    expect(() => parseState(SYSTEM_MANAGER, changed(path, 'y.service'), UNIT)).toThrow(
      /is about another unit/,
    )
  })
})

describe('a state on disk', () => {
  const TOP = '/var/lib/hardenctl'
  const machine = (files: Record<string, Entry>) => memoryHost({ files })
  const text = JSON.stringify(STATE)

  it('is read where the folder and the file are root’s alone', async () => {
    expect(await loadState(machine({ [`${TOP}/x/state.json`]: text }), UNIT)).toEqual(STATE)
  })

  it('may be missing', async () => {
    expect(await loadState(machine({}), UNIT)).toBeUndefined()
  })

  it.each<[string, Record<string, Entry>, RegExp]>([
    ['somebody else’s folder', { [TOP]: { stat: { kind: 'directory', uid: 1000 } } }, /belongs to user 1000/],
    ['a folder for all', { [TOP]: { stat: { kind: 'directory', mode: 0o777 } } }, /by others than root/],
    [
      'a unit’s folder for its group',
      { [`${TOP}/x`]: { stat: { kind: 'directory', mode: 0o770 } } },
      /by others than root/,
    ],
    ['a link for the folder', { [`${TOP}/x`]: { link: '/tmp/x' } }, /is no plain directory/],
    ['a link for the file', { [`${TOP}/x/state.json`]: { link: '/tmp/x' } }, /by users other than root/],
    [
      'somebody else’s file',
      { [`${TOP}/x/state.json`]: { stat: { uid: 1000 } } },
      /by users other than root/,
    ],
    ['a file for all', { [`${TOP}/x/state.json`]: { stat: { mode: 0o666 } } }, /by users other than root/],
  ])('is not believed in %s', async (_, files, reason) => {
    const all = { [`${TOP}/x/other`]: '', ...files }
    await expect(loadState(machine(all), UNIT)).rejects.toThrow(StoreError)
    await expect(loadState(machine(all), UNIT)).rejects.toThrow(reason)
  })
})
