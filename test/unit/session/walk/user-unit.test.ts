import { describe, expect, it } from 'vitest'
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
})
