import { describe, expect, it } from 'vitest'
import { guideRows } from '../../../../src/session/overview/guide.ts'
import { predictWalk } from '../../../../src/session/overview/prediction.ts'
import { predict } from '../../../../src/session/stage/stage-work.ts'
import { EXPOSURE_CHECKS } from '../../../../src/systemd/exposure/exposure-checks.ts'
import type { SaidCheck } from '../../../../src/systemd/exposure/security.ts'
import { apacheLike } from '../../catalog/services.ts'

const said = (jsonField: string, passed: boolean | undefined = false): SaidCheck => ({
  jsonField,
  name: EXPOSURE_CHECKS.find((check) => check.jsonField === jsonField)?.id ?? jsonField,
  description: 'as systemd says',
  passed,
})

describe('the prediction of a walk', () => {
  it('falls with each stage, and ends at what all lines together would score', () => {
    const facts = apacheLike()
    const { prediction, assignments } = predictWalk(facts)
    const points = [predict(facts, []), ...prediction.curve.map((point) => point.exposure)]
    expect(points).toEqual([...points].sort((a, b) => b - a))
    expect(prediction.exposure).toBe(predict(facts, assignments))
    expect(prediction.exposure).toBeLessThan(25)
  })

  it('counts as systemd-analyze does on this processor: no one can call what it does not have', () => {
    // iopl(2) and ioperm(2) are of x86 alone.
    const denying = (architecture: string) => {
      const facts = { ...apacheLike(), architecture, syscallGroups: { '@raw-io': ['ioperm', 'iopl'] } }
      facts.unit.properties.SystemCallFilter = ['~swapon']
      return facts
    }
    expect(predict(denying('aarch64'), [])).toBeLessThan(predict(denying('x86_64'), []))
  })

  it('lets a later stage see the account that an earlier one would set', () => {
    const facts = apacheLike()
    const keys = predictWalk(facts).assignments.map(({ key }) => key)
    expect(keys).toContain('User')
    expect(keys).toContain('RemoveIPC')
  })

  it('changes nothing of the facts', () => {
    const facts = apacheLike()
    const before = structuredClone(facts)
    predictWalk(facts)
    expect(facts).toEqual(before)
  })
})

describe('the guide', () => {
  const facts = apacheLike()
  const walk = predictWalk(facts)
  const answer = (check: SaidCheck) => guideRows([check], facts, walk, [])[0]

  it.each([
    ['a setting', 'PrivateDevices', { action: 'set', line: 'PrivateDevices=yes' }],
    [
      'a capability that nothing needs',
      'CapabilityBoundingSet_CAP_SYS_PTRACE',
      {
        action: 'set',
        line: 'CapabilityBoundingSet= without CAP_SYS_PTRACE',
        why: 'Nothing was seen that needs it.',
      },
    ],
    ['a family in use', 'RestrictAddressFamilies_AF_INET_INET6', { action: 'less' }],
    [
      'a family that is not',
      'RestrictAddressFamilies_AF_PACKET',
      { action: 'set', why: 'It holds no socket of this kind.' },
    ],
    ['what comes with others', 'DeviceAllow', { action: 'set' }],
    ['what hardenctl has no proposal for', 'RootDirectoryOrRootImage', { action: 'leave' }],
    ['the network', 'IPAddressDeny', { action: 'leave', why: expect.stringContaining('network') }],
    ['the account', 'UserOrDynamicUser', { action: 'set', line: expect.stringMatching(/^User=www-data/) }],
  ])('answers %s', (_, field, expected) => {
    expect(answer(said(field))).toMatchObject(expected)
  })

  it('says nothing beside what is passed, and why beside what does not apply', () => {
    expect(answer(said('Delegate', true))).toMatchObject({ action: 'passed', why: '' })
    expect(answer({ ...said('RemoveIPC'), passed: undefined })?.action).toBe('leave')
  })

  it('tells what stands in the way of a walk, and what root accepts', () => {
    const accepted = [{ unit: '*', check: 'UMask', reason: 'shared', until: '2030-01-01', place: '' }]
    const [row] = guideRows([said('UMask')], facts, { why: 'No walk now: x is masked.' }, accepted)
    expect(row).toMatchObject({
      action: 'leave',
      why: 'No walk now: x is masked.',
      accepted: { reason: 'shared', until: '2030-01-01' },
    })
  })
})
