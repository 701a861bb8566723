import { describe, expect, it } from 'vitest'
import {
  nameAsPart,
  serviceName,
  shortName,
  UnitNameError,
} from '../../../../src/systemd/manager/unit-name.ts'

describe('a name from the command line', () => {
  it.each([
    ['apache2', 'apache2.service'],
    ['apache2.service', 'apache2.service'],
    ['postgresql@16-main', 'postgresql@16-main.service'],
    ['php8.2-fpm', 'php8.2-fpm.service'],
    ['dbus-org.freedesktop.login1', 'dbus-org.freedesktop.login1.service'],
    ['dev-disk\\x2dby.service', 'dev-disk\\x2dby.service'],
    ['a:b_c.SERVICE', 'a:b_c.SERVICE.service'],
    ['foo@bar@baz', 'foo@bar@baz.service'],
    [`${'a'.repeat(247)}.service`, `${'a'.repeat(247)}.service`],
  ])('%j is %j', (given, name) => {
    expect(serviceName(given)).toBe(name)
  })

  it.each([
    ['', /no unit was named/],
    ['-H', /looks like an option/],
    ['--version.service', /looks like an option/],
    ['/etc/passwd', /is a path/],
    ['../../x', /is a path/],
    ['a\nb', /is not a unit name/],
    ['a\n', /is not a unit name/],
    ['a b', /is not a unit name/],
    ['a;reboot', /is not a unit name/],
    ['$(reboot)', /is not a unit name/],
    ['a\0', /is not a unit name/],
    ['ä', /is not a unit name/],
    ['%n', /is not a unit name/],
    ['*', /is not a unit name/],
    ['ssh.socket', /only services are hardened/],
    ['multi-user.target', /only services are hardened/],
    ['postgresql@', /is a template/],
    ['postgresql@.service', /postgresql@name\.service/],
    ['a'.repeat(248), /longer than systemd accepts/],
  ])('%j is refused', (given, reason) => {
    expect(() => serviceName(given)).toThrow(UnitNameError)
    expect(() => serviceName(given)).toThrow(reason)
  })

  it('says why in one line without raw control characters', () => {
    for (const given of ['a\nb', '\u001b[2J', '-\n\u0007', '/a\r\nb']) {
      expect(() => serviceName(given)).toThrow(/^[^\u0000-\u001f\u007f]*$/)
    }
  })
})

describe('a name in names of ours', () => {
  it('loses its suffix once', () => {
    expect(shortName('a.service.service')).toBe('a.service')
  })

  it.each(['foo@bar.service', 'a\\x2db.service', 'a:b.service', 'a_b.service', '%n.service'])(
    'keeps nothing of %s that a template, an escape or a specifier would mean',
    (unit) => {
      expect(nameAsPart(unit)).toMatch(/^[A-Za-z0-9._-]+$/)
    },
  )

  it('is another for each unit', () => {
    const units = ['a@b', 'a_40b', 'a\\x2db', 'a_5cx2db', 'a:b', 'a_b', 'a-b', 'a.b', '.', '..', '...', '_2e']
    expect(new Set(units.map((unit) => nameAsPart(`${unit}.service`))).size).toBe(units.length)
  })

  it.each(['.', '..', '...'])('never is the folder above: %s', (given) => {
    expect(nameAsPart(serviceName(given))).not.toMatch(/^\./)
  })
})
