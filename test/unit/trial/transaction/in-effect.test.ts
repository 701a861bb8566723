import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { type Confinement, withoutEffect } from '../../../../src/trial/transaction/in-effect.ts'

const FREE: Confinement = {
  noNewPrivileges: false,
  filters: 1,
  namespaces: { mnt: 'mnt:[1]', user: 'user:[1]', uts: 'uts:[1]', ipc: 'ipc:[1]' },
}
const CONFINED: Confinement = {
  noNewPrivileges: true,
  filters: 3,
  namespaces: { ...FREE.namespaces, mnt: 'mnt:[2]', user: 'user:[2]' },
}

describe('a setting that a unit shows', () => {
  it.each([
    ['NoNewPrivileges', 'yes'],
    ['SystemCallFilter', '@system-service'],
    ['RestrictAddressFamilies', 'AF_UNIX'],
    ['ProtectSystem', 'strict'],
    ['PrivateUsers', 'yes'],
  ])('%s=%s has an effect only if the process shows it', (key, value) => {
    expect(withoutEffect([service(key, value)], FREE, FREE)).toEqual([key])
    expect(withoutEffect([service(key, value)], CONFINED, FREE)).toEqual([])
  })

  it('is not missed where it is off, resets a list, or leaves no sign', () => {
    const lines = [service('PrivateTmp', 'no'), service('SystemCallFilter', ''), service('UMask', '0077')]
    expect(withoutEffect(lines, FREE, FREE)).toEqual([])
  })

  it('is not missed where nobody could read its sign', () => {
    const unread: Confinement = { noNewPrivileges: true, filters: undefined, namespaces: {} }
    expect(
      withoutEffect([service('PrivateTmp', 'yes'), service('LockPersonality', 'yes')], unread, FREE),
    ).toEqual([])
  })
})
