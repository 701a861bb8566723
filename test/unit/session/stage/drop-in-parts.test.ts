import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import {
  dropInParts,
  keptAssignments,
  withoutStage,
  withStage,
} from '../../../../src/session/stage/drop-in-parts.ts'
import type { KeptStage } from '../../../../src/session/store/store.ts'
import { renderDropIn } from '../../../../src/systemd/settings/drop-in.ts'

const stage = (name: KeptStage['stage'], more: Partial<KeptStage> = {}): KeptStage => ({
  stage: name,
  assignments: [],
  records: [],
  before: 92,
  after: 80,
  at: '2026-01-02T03:04:05.678Z',
  ...more,
})

describe('the kept drop-in', () => {
  it('says a key once: where the later stage says it, with its reset', () => {
    const kept = [
      stage('capabilities', {
        assignments: [
          service('CapabilityBoundingSet', ''),
          service('CapabilityBoundingSet', 'CAP_KILL'),
          service('NoNewPrivileges', 'yes'),
        ],
      }),
      stage('user', { assignments: [service('CapabilityBoundingSet', ''), service('User', 'www')] }),
    ]
    const text = renderDropIn([], dropInParts(kept))
    expect(text.match(/^CapabilityBoundingSet=.*$/gm)).toEqual(['CapabilityBoundingSet='])
    expect(text.indexOf('CapabilityBoundingSet=')).toBeGreaterThan(text.indexOf('NoNewPrivileges=yes'))
  })

  it('says a key once also when the later stage says the same value', () => {
    const same = service('NoNewPrivileges', 'yes')
    const parts = dropInParts([
      stage('capabilities', { assignments: [same] }),
      stage('user', { assignments: [same] }),
    ])
    expect(parts.flatMap(({ assignments }) => assignments)).toEqual([same])
  })

  it('has each stage’s number, exposures and time over its lines, and none for a stage with no line left', () => {
    const kept = [
      stage('capabilities', { assignments: [service('User', 'a')] }),
      stage('filesystem', { assignments: [service('User', 'b')] }),
    ]
    expect(dropInParts(kept).map(({ comment }) => comment)).toEqual([
      ['Stage 3, filesystem: exposure 9.2 → 8.0, proven 2026-01-02T03:04Z'],
    ])
  })

  it('leaves what is stored as it is', () => {
    const kept = [
      stage('capabilities', { assignments: [service('User', 'a')] }),
      stage('user', { assignments: [service('User', 'b')] }),
    ]
    const before = structuredClone(kept)
    dropInParts(kept)
    expect(kept).toEqual(before)
  })
})

/** A file as it was, with this owner. */
const record = (uid: number) => ({
  path: '/a',
  kind: 'file' as const,
  uid,
  gid: 0,
  mode: 0o644,
  inode: '1',
  device: '1',
})

describe('a stage that is kept', () => {
  it('takes its place in the order of stages', () => {
    const kept = withStage([stage('capabilities'), stage('syscalls')], stage('user'))
    expect(kept.map((one) => one.stage)).toEqual(['capabilities', 'user', 'syscalls'])
  })

  it('is kept later than what was kept before it, though the clock was set back', () => {
    const [first, second] = withStage(
      [stage('capabilities', { at: '2031-01-01T00:00:00.000Z' })],
      stage('user', { at: '2030-01-01T00:00:00.000Z' }),
    )
    expect((second?.at ?? '') > (first?.at ?? '')).toBe(true)
  })

  it('again keeps its first time, and no record of a file that another stage had recorded by then', () => {
    const at = (hour: number) => `2031-01-01T0${hour}:00:00.000Z`
    const kept = [
      stage('user', { at: at(1), records: [record(0)] }),
      stage('filesystem', { at: at(2), records: [{ ...record(33), path: '/b' }] }),
    ]
    const again = stage('user', { at: at(3), records: [{ ...record(34), path: '/b' }] })
    const merged = withStage(kept, again).find((one) => one.stage === 'user')
    expect(merged).toMatchObject({ at: at(3), first: at(1), records: [record(0)] })
  })

  it('again is merged: the new lines win, the first exposure and the first record of a file stay', () => {
    const first = stage('user', {
      assignments: [service('User', 'a'), service('UMask', '7')],
      records: [record(0)],
    })
    const again = stage('user', {
      before: 80,
      after: 70,
      assignments: [service('User', 'b')],
      records: [record(33)],
    })
    const [merged, ...rest] = withStage([first], again)
    expect(rest).toEqual([])
    expect(merged).toMatchObject({ before: 92, after: 70 })
    expect(merged?.assignments).toEqual([service('UMask', '7'), service('User', 'b')])
    expect(merged?.records.map(({ uid }) => uid)).toEqual([0, 33])
  })
})

describe('the kept stages without one', () => {
  const user = stage('user', { records: [record(0)], at: '2026-01-02T03:05:00.000Z' })
  const later = stage('filesystem', { records: [record(33)], at: '2026-01-02T03:06:00.000Z' })
  const earlier = stage('capabilities', { records: [record(7)] })

  it('keep the record of a file that shows it before the first change', () => {
    expect(withoutStage([user, later], 'user')).toEqual([{ ...later, records: [record(0)] }])
    expect(withoutStage([earlier, user], 'user')).toEqual([earlier])
  })

  it('say again what only the later stage said', () => {
    const narrow = (name: string) => [service('CapabilityBoundingSet', name)]
    const kept = [
      stage('capabilities', { assignments: narrow('CAP_KILL') }),
      stage('user', { assignments: narrow('') }),
    ]
    expect(keptAssignments(withoutStage(kept, 'user'))).toEqual(narrow('CAP_KILL'))
  })
})
