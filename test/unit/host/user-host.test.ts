import { describe, expect, it } from 'vitest'
import { forUser, userManager } from '../../../src/host/user-host.ts'

describe('the manager of a user', () => {
  it('has its files where systemd and the XDG specification have those of a user', () => {
    expect(userManager(1000, '/home/ann', {})).toMatchObject({
      uid: 1000,
      config: '/home/ann/.config/systemd/user',
      runtime: '/run/user/1000/systemd/user',
      control: '/run/user/1000/systemd/user.control',
      run: '/run/user/1000/hardenctl',
      state: '/home/ann/.local/state/hardenctl',
      settings: '/home/ann/.config/hardenctl',
    })
  })

  it('follows the variables of the specification, relative ones aside', () => {
    const environment = {
      XDG_CONFIG_HOME: '/srv/config',
      XDG_STATE_HOME: 'state',
      XDG_RUNTIME_DIR: '/tmp/run',
    }
    expect(userManager(1000, '/home/ann', environment)).toMatchObject({
      config: '/srv/config/systemd/user',
      runtime: '/tmp/run/systemd/user',
      state: '/home/ann/.local/state/hardenctl',
    })
  })

  it.each([
    ['systemctl stop x.service', 'systemctl --user stop x.service'],
    ['systemd-run --quiet /bin/true', 'systemd-run --user --quiet /bin/true'],
    ['systemd-analyze security x.service', 'systemd-analyze --user security x.service'],
    ['curl systemctl', 'curl systemctl'],
  ])('is the one that is asked: %s', (given, asked) => {
    expect(forUser(given.split(' ')).join(' ')).toBe(asked)
  })
})
