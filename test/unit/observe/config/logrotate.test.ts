import { describe, expect, test } from 'vitest'
import { readLogrotate } from '../../../../src/observe/config/logrotate.ts'
import { parseLogrotate } from '../../../../src/observe/config/logrotate-config.ts'
import { reachesUnit } from '../../../../src/observe/config/rotation-script.ts'
import { memoryHost } from '../memory-host.ts'

/** Debian's apache2, as packaged. */
const APACHE = `/var/log/apache2/*.log {
	daily
	missingok
	rotate 14
	compress
	create 640 root adm
	sharedscripts
	prerotate
		if [ -d /etc/logrotate.d/httpd-prerotate ]; then
			run-parts /etc/logrotate.d/httpd-prerotate
		fi
	endscript
	postrotate
		if pgrep -f ^/usr/sbin/apache2 > /dev/null; then
			invoke-rc.d apache2 reload 2>&1 | logger -t apache2.logrotate
		fi
	endscript
}
`

describe('logrotate.conf(5)', () => {
  test('a packaged block', () => {
    const { blocks } = parseLogrotate(APACHE)
    expect(blocks).toEqual([
      {
        patterns: ['/var/log/apache2/*.log'],
        create: { mode: 0o640, owner: 'root', group: 'adm' },
        copytruncate: false,
        postrotate: [
          'if pgrep -f ^/usr/sbin/apache2 > /dev/null; then',
          'invoke-rc.d apache2 reload 2>&1 | logger -t apache2.logrotate',
          'fi',
        ],
      },
    ])
  })

  test('several patterns, quotes, comments, braces on lines of their own, and defaults from above', () => {
    const text = `# global
su root adm
create
weekly
/var/log/a.log
"/var/log/with blank.log" /var/log/b\\ c.log
{
  su www-data www-data # who
  nocreate
  copytruncate
}
/var/log/d.log { daily }
/var/log/e.log {}
`
    const { blocks, defaults } = parseLogrotate(text)
    expect(blocks.map(({ patterns }) => patterns)).toEqual([
      ['/var/log/a.log', '/var/log/with blank.log', '/var/log/b c.log'],
      ['/var/log/d.log'],
      ['/var/log/e.log'],
    ])
    expect(blocks[0]).toMatchObject({ su: { owner: 'www-data', group: 'www-data' }, copytruncate: true })
    expect(blocks[0]).not.toHaveProperty('create')
    const create = { mode: undefined, owner: undefined, group: undefined }
    expect(defaults).toEqual({ copytruncate: false, su: { owner: 'root', group: 'adm' }, create })
    expect(blocks[1]).toMatchObject({ su: { owner: 'root', group: 'adm' }, create })
  })

  test('a brace inside a script does not end the block', () => {
    const { blocks } = parseLogrotate('/a {\npostrotate\nx() {\ntrue\n}\nendscript\ncopytruncate\n}\n')
    expect(blocks).toMatchObject([{ copytruncate: true, postrotate: ['x() {', 'true', '}'] }])
  })
})

test.each([
  ['invoke-rc.d apache2 reload 2>&1 | logger -t apache2.logrotate', true],
  ['/bin/systemctl reload apache2.service > /dev/null 2>/dev/null || true', true],
  ['systemctl --quiet kill -s USR1 apache2', true],
  ['[ -f /run/x ] && systemctl try-restart apache2', true],
  ['service apache2 reload', true],
  ['/etc/init.d/apache2 reload > /dev/null', true],
  ['test -x /usr/sbin/invoke-rc.d && invoke-rc.d --quiet apache2 rotate', true],
  ['out=$(systemctl reload apache2)', true],
  ['systemctl reload nginx; echo apache2', false],
  ['systemctl status apache2', false],
  ['kill -USR1 `cat /run/apache2/apache2.pid`', false],
  ['service apache2-other reload', false],
])('%s', (line, reaches) => {
  expect(reachesUnit([line], ['apache2.service'])).toBe(reaches)
})

test('blocks of the service: through links, with files on disk only where the script reloads it', async () => {
  const host = memoryHost({
    files: {
      '/etc/logrotate.conf': 'su root adm\ninclude /etc/logrotate.d\n',
      '/etc/logrotate.d/apache2': APACHE.replace('/var/log/apache2', '/etc/httpd/logs'),
      '/etc/logrotate.d/apache2.dpkg-old': APACHE,
      '/etc/logrotate.d/other': '/var/log/*.log {\n copytruncate\n}\n',
      '/etc/logrotate.d/strange': '/srv/none.log {\n}\n',
      '/etc/httpd/logs': { link: '/var/log/apache2' },
      '/var/log/apache2/access.log': '',
      '/var/log/apache2/error.log': '',
      '/var/log/apache2/error.log.1': '',
      '/var/log/extra.log': '',
      '/var/log/syslog.log': '',
    },
  })
  const files = ['/var/log/apache2/error.log', '/var/log/extra.log']
  const facts = await readLogrotate(host, files, ['apache2.service'], new Set())
  expect(facts.map(({ source, matches, reloadsUnit }) => [source, matches, reloadsUnit])).toEqual([
    ['/etc/logrotate.d/apache2', ['/var/log/apache2/access.log', '/var/log/apache2/error.log'], true],
    ['/etc/logrotate.d/other', ['/var/log/extra.log'], false],
  ])
  expect(facts[0]?.su).toEqual({ owner: 'root', group: 'adm' })
})
