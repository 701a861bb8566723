import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { openStages, requireSameUnit, requireSameVersions } from '../../../../src/session/plan/fit.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { hereOf, planned } from './planned.ts'

const source = planned()
const plan = planOf(source)
const here = hereOf(source)
const families = 'AF_INET AF_INET6 AF_UNIX'

describe('stages that are open', () => {
  it.each([
    ['nothing in force', here.properties, ['system']],
    ['half in force', { ...here.properties, ProtectHostname: ['yes'] }, ['system']],
    ['all in force', { ProtectHostname: ['yes'], RestrictAddressFamilies: [families] }, []],
  ])('%s', (_, properties, stages) => {
    expect(openStages(plan, { ...here, properties })).toEqual(stages)
  })
})

describe('a plan is for', () => {
  it('a unit with the same files, on the same kind of processor', () => {
    expect(() => requireSameUnit(plan, here)).not.toThrow()
    const edited = { ...here, bases: [{ ...source.basis, unitFiles: 'b'.repeat(64) }] }
    expect(() => requireSameUnit(plan, edited)).toThrow(/files of web\.service are other here/)
    expect(() => requireSameUnit(plan, { ...here, architecture: 'aarch64' })).toThrow(/this is aarch64/)
  })

  it('a unit with what was kept before', () => {
    const built = { ...plan, kept_before: [service('ProtectClock', 'yes')] }
    expect(() => requireSameUnit(built, here)).toThrow(/builds on ProtectClock=/)
  })

  it('the same versions, unless a clone proves it', () => {
    expect(() => requireSameVersions(plan, here, 'x')).not.toThrow()
    const newer = { ...here, bases: [{ ...source.basis, kernel: '7.0' }] }
    expect(() => requireSameVersions(plan, newer, 'no overlayfs')).toThrow(
      /kernel 6\.12\.9 then, 7\.0 now\), and nothing proves it here: no overlayfs/,
    )
  })
})
