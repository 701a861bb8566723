import { describe, expect, it } from 'vitest'
import {
  AcceptedError,
  acceptedFor,
  countedExposure,
  parseAccepted,
  readAccepted,
  sortedOut,
} from '../../../../src/session/overview/accepted.ts'
import { exposure } from '../../../../src/systemd/exposure/exposure.ts'
import { memoryHost } from '../../observe/memory-host.ts'

const PATH = '/etc/hardenctl/accepted.d/web.conf'

describe('accepted exceptions', () => {
  it('are lines of unit, check, date and reason', () => {
    const text = '# web\nAccept=nginx PrivateNetwork= until=2027-06-30 It serves the network.\n'
    expect(parseAccepted(text, PATH)).toEqual([
      {
        unit: 'nginx.service',
        check: 'PrivateNetwork',
        until: '2027-06-30',
        reason: 'It serves the network.',
        place: `${PATH}:2`,
      },
    ])
  })

  it.each(['CapabilityBoundingSet=~CAP_SYS_ADMIN', 'CapabilityBoundingSet_CAP_SYS_ADMIN'])(
    'name a check as systemd-analyze does: %s',
    (check) => {
      expect(parseAccepted(`Accept=* ${check} until=2027-01-01 x`, PATH)[0]?.check).toBe(
        'CapabilityBoundingSet_CAP_SYS_ADMIN',
      )
    },
  )

  it.each([
    ['no reason', 'Accept=nginx PrivateNetwork= until=2027-06-30', /:1: a line is Accept=/],
    ['no date', 'Accept=nginx PrivateNetwork= It serves.', /:1: a line is Accept=/],
    ['a day that is none', 'Accept=nginx PrivateTmp= until=2027-02-30 x', /2027-02-30 is no date/],
    ['no check of systemd', 'Accept=nginx PrivateTime= until=2027-02-20 x', /no check PrivateTime=/],
    ['another key', 'Check=tcp:localhost:80', /:1: a line is Accept=/],
  ])('are refused with %s', (_, line, message) => {
    expect(() => parseAccepted(line, PATH)).toThrow(AcceptedError)
    expect(() => parseAccepted(line, PATH)).toThrow(message)
  })

  it('hold on their last day and count again on the next', () => {
    const all = parseAccepted('Accept=a PrivateTmp= until=2027-06-30 x', PATH)
    expect(sortedOut(all, '2027-06-30').valid).toHaveLength(1)
    expect(sortedOut(all, '2027-07-01')).toEqual({ valid: [], expired: all })
  })

  it('take their share out of the exposure, and the rest stays', () => {
    const found = exposure({}, { systemd: 257, syscallGroups: {} })
    const one = parseAccepted('Accept=a PrivateNetwork= until=2027-06-30 x', PATH)
    expect(countedExposure('a.service', found, one)).toBeLessThan(found.score)
    expect(countedExposure('b.service', found, one)).toBe(found.score)
    const whole = parseAccepted('Accept=a * until=2027-06-30 x', PATH)
    expect(countedExposure('a.service', found, whole)).toBe(0)
    expect(acceptedFor(whole, 'a.service', 'UMask')?.reason).toBe('x')
  })

  const folders = {
    '/etc/hardenctl': { stat: { kind: 'directory' } },
    '/etc/hardenctl/accepted.d': { stat: { kind: 'directory' } },
  } as const

  it.each([
    ['a file of another user', { [PATH]: { stat: { uid: 1000 } } }, /belongs to user 1000/],
    ['a file that others may write', { [PATH]: { stat: { mode: 0o666 } } }, /writable by others/],
    ['a link', { [PATH]: { link: '/tmp/x' } }, /no plain file/],
    [
      'a folder that others may write',
      { '/etc/hardenctl/accepted.d': { stat: { kind: 'directory', mode: 0o777 } } },
      /writable by others/,
    ],
  ] as const)('are not believed from %s', async (_, files, message) => {
    await expect(readAccepted(memoryHost({ files: { ...folders, ...files } }))).rejects.toThrow(message)
  })

  it('are none where nothing is written down', async () => {
    expect(await readAccepted(memoryHost({ files: {} }))).toEqual([])
  })
})
