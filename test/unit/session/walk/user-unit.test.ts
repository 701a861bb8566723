import { describe, expect, it } from 'vitest'
import { userManager } from '../../../../src/host/user-host.ts'
import { findUnit } from '../../../../src/session/walk/preflight.ts'
import { byHandForUsers, isUserUnit } from '../../../../src/session/walk/user-unit.ts'
import { memoryHost } from '../../observe/memory-host.ts'

const PASSWD = 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/srv/homes/ann:/bin/sh\n'

describe('a unit of the managers of users', () => {
  it.each([
    ['of all users', '/usr/lib/systemd/user/app.service', 'app.service'],
    ['in a home that is elsewhere', '/srv/homes/ann/.config/systemd/user/app.service', 'app.service'],
    ['made while somebody is logged in', '/run/user/1000/systemd/transient/app.service', 'app.service'],
    ['of a template', '/etc/systemd/user/app@.service', 'app@one.service'],
  ])('%s is known', async (_, path, unit) => {
    expect(await isUserUnit(memoryHost({ files: { '/etc/passwd': PASSWD, [path]: '' } }), unit)).toBe(true)
  })

  it('is none that only looks like one', async () => {
    const files = { '/etc/passwd': PASSWD, '/etc/systemd/user/app.service': '' }
    expect(await isUserUnit(memoryHost({ files }), 'other.service')).toBe(false)
  })

  it('needs PrivateUsers= before systemd 254', () => {
    expect(byHandForUsers('app', 252)).toContain('PrivateUsers=yes')
    expect(byHandForUsers('app', 254)).not.toContain('PrivateUsers')
  })

  it.each([
    [252, /too old for units of users/],
    [254, /there is no unit app.service/],
  ])('is looked for in the manager of its user from systemd 254 on: %i', async (release, reason) => {
    const files = { '/run/systemd/system/x': '', '/proc/1/comm': 'systemd\n' }
    const shown = 'systemctl show --no-pager --all -- app.service'
    const programs = {
      'systemctl --version': `systemd ${release} (${release})`,
      [shown]: 'LoadState=not-found\n',
    }
    const host = { ...memoryHost({ files, programs }), manager: userManager(1000, '/home/ann', {}) }
    await expect(findUnit(host, 'app')).rejects.toThrow(reason)
  })
})
