import { expect, test } from 'vitest'
import { isSettingsFile, settingsFolder } from '../../../../src/observe/config/settings-file.ts'

test.each([
  ['/opt/app/conf/app.ini', true],
  ['/srv/app/.env', true],
  ['/usr/local/etc/app.yaml', true],
  ['/data/app/config.toml', true],
  ['/etc/app.conf', false],
  ['/usr/share/app/defaults.json', false],
  ['/var/lib/app/state.json', false],
  ['/opt/app/node_modules/x/config.json', false],
  ['/opt/app/package.json', false],
  ['/opt/app/app', false],
])('%s holds settings: %s', (path, wanted) => expect(isSettingsFile(path)).toBe(wanted))

test.each([
  ['/opt/app/bin/app', '/opt/app'],
  ['/usr/local/bin/app', '/usr/local/etc'],
  ['/usr/sbin/app', undefined],
  ['/opt/app', '/opt/app'],
])('%s has its settings in %s', (path, wanted) => expect(settingsFolder(path)).toBe(wanted))
