import { describe, expect, it } from 'vitest'
import type { Asked } from '../../../../src/catalog/common/asked.ts'
import { withCapability } from '../../../../src/catalog/common/relax.ts'
import type { Proposed, Stage } from '../../../../src/catalog/common/types.ts'
import { CATALOG, proposalsFor } from '../../../../src/catalog/index.ts'
import { loosenRow } from '../../../../src/session/proof/loosen.ts'
import { beginStage } from '../../../../src/session/stage/stage-work.ts'
import { text } from '../rows.ts'
import { apacheLike, redisLike } from '../services.ts'

function rowOf(key: string, asked: Partial<Asked>, facts = apacheLike()) {
  const stage = CATALOG.find((directive) => directive.key === key)?.stage as Stage
  const rows = proposalsFor(stage, facts, { skip: [], set: [], ...asked })
  return rows.find(({ directive }) => directive.key === key)?.result
}

function linesOf(key: string, asked: Partial<Asked>): string[] {
  return text((rowOf(key, asked) as Proposed).assignments)
}

const set = (key: string, value: string) => ({ set: [{ key, value }] })

describe('a value that was asked for', () => {
  it.each([
    ['ProtectHome', 'tmpfs', ['ProtectHome=tmpfs']],
    ['NoNewPrivileges', 'true', ['NoNewPrivileges=yes']],
    ['CapabilityBoundingSet', 'CAP_KILL', ['CapabilityBoundingSet=', 'CapabilityBoundingSet=CAP_KILL']],
    ['CapabilityBoundingSet', '', ['CapabilityBoundingSet=']],
    ['RestrictNamespaces', 'net', ['RestrictNamespaces=', 'RestrictNamespaces=net']],
    ['KeyringMode', 'inherit', ['KeyringMode=inherit']],
    ['NotifyAccess', 'main', ['NotifyAccess=main']],
  ])('of %s=%s is written as it was asked', (key, value, lines) => {
    expect(linesOf(key, set(key, value))).toEqual(lines)
  })

  it('is ticked, says so first, and keeps what was seen beside it', () => {
    const result = rowOf('ProtectHome', set('ProtectHome', 'tmpfs'))
    expect(result).toMatchObject({ recommended: true, isAsked: true })
    const said = (result as Proposed).evidence.map((one) => one.text)
    expect(said[0]).toBe('You asked for it.')
    expect(said.length).toBeGreaterThan(1)
  })

  it('brings what the proposal itself writes with this value', () => {
    const proposed = rowOf('ProtectSystem', {}) as Proposed
    expect(linesOf('ProtectSystem', set('ProtectSystem', 'strict'))).toEqual(text(proposed.assignments))
    expect(linesOf('ProtectSystem', set('ProtectSystem', 'full'))).toEqual(['ProtectSystem=full'])
  })

  it('is nothing to do where it is in force', () => {
    expect(rowOf('NoNewPrivileges', set('NoNewPrivileges', 'yes'), redisLike())?.kind).toBe('in-force')
  })

  it('of a setting that this systemd does not know stays unknown', () => {
    const old = { ...apacheLike(), systemd: 247 }
    expect(rowOf('NoExecPaths', set('NoExecPaths', '/'), old)?.kind).toBe('unknown')
  })

  it('is not written over by another row', () => {
    expect(linesOf('User', {}).some((line) => line.startsWith('CapabilityBoundingSet='))).toBe(true)
    for (const asked of [set('CapabilityBoundingSet', 'CAP_KILL'), { skip: ['CapabilityBoundingSet'] }])
      expect(linesOf('User', asked).filter((line) => line.startsWith('CapabilityBoundingSet='))).toEqual([])
  })

  it('that breaks is left out, and no other value takes its place', () => {
    const asked = { skip: [], ...set('CapabilityBoundingSet', 'CAP_KILL') }
    const work = beginStage('capabilities', apacheLike(), asked)
    const remedy = { kind: 'capability', name: 'CAP_CHOWN' } as const
    expect(withCapability(chosen(work), 'CAP_CHOWN')).not.toEqual(chosen(work))
    const loosened = loosenRow(work, 'CapabilityBoundingSet', { reason: 'it died', remedies: [remedy] })
    expect(loosened.ticked.size).toBe(0)
    expect(loosened.broken.get('CapabilityBoundingSet')).toBe('it died')
  })
})

function chosen(work: ReturnType<typeof beginStage>) {
  return work.current.get('CapabilityBoundingSet')?.assignments ?? []
}

it('a directive that is to stay as it is can’t be ticked', () => {
  expect(rowOf('UMask', { skip: ['UMask'] })).toMatchObject({ kind: 'unfit', why: /asked to leave/ })
  expect(rowOf('UMask', {})?.kind).toBe('propose')
})
