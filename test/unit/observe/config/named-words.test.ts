import { describe, expect, test } from 'vitest'
import {
  accountsOfArguments,
  namedWords,
  namesRoot,
  sudoSubjects,
} from '../../../../src/observe/config/named-words.ts'

describe('what a configuration names', () => {
  test.each([
    ['a path behind a key', 'path=/srv/data/x', ['/srv/data/x']],
    ['a command in quotes', 'CMD "/usr/bin/notify --now"', ['/usr/bin/notify']],
    ['several in a list', 'dirs: /srv/a,/srv/b', ['/srv/a', '/srv/b']],
    ['not one in a comment', '# run /usr/bin/x', []],
    ['not one behind a comment sign', 'key = 1 # see /usr/share/doc/x', []],
    ['not the path of a URL', 'url = https://db.corp.net/api/v1', []],
    ['not a part of a relative one', 'include conf.d/x', []],
  ])('%s', (_, line, paths) => {
    expect(namedWords(line).paths).toEqual(paths)
  })

  test.each([
    ['a URL', 'url = https://u:secret@db.corp.net:5432/x', ['db.corp.net']],
    ['an address', 'forwarder 192.0.2.7', ['192.0.2.7']],
    ['a key that wants a host', 'relayhost = mail.corp.net', ['mail.corp.net']],
    ['not this machine', 'listen 127.0.0.1:80\nserver = localhost.localdomain\nbind 0.0.0.0', []],
    ['not a version', 'version 1.2.3.4.5', []],
    ['not a network', 'allow 10.0.0.0/8', []],
    ['not an example', 'server www.example.com', []],
    ['not a file', 'host_file = hosts.conf', []],
    ['not a dot', 'forward / .\nurl = http://./', []],
  ])('hosts: %s', (_, line, hosts) => {
    expect(namedWords(line).hosts).toEqual(hosts)
  })

  test.each([
    ['path = /', true],
    ['  "basePath": "/",', true],
    ['base_path: /', true],
    ['root /;', false],
    ['session.cookie_path = /', false],
    ['web_path = /', false],
    ['path = /srv', false],
    ['location / {', false],
  ])('everything: %s', (line, everything) => {
    expect(namedWords(line).everything).toBe(everything)
  })

  test('everything, in an argument', () => expect(namesRoot('--path.rootfs=/')).toBe(true))

  test('no name of a grammar', () => {
    const line = '<beans xmlns:x="http://grammar.org/x" db="jdbc:pg://db.corp.net/x">'
    expect(namedWords(line).hosts).toEqual(['db.corp.net'])
  })

  test.each([
    ['uid = alice', ['alice']],
    ['user=app', ['app']],
    ['  user www-data;', ['www-data']],
    ['{"user": "app"}', ['app']],
    ['RUN_AS_USER nut', ['nut']],
    ['user_agent = robot', []],
    ['superuser bob', []],
    ['#user bob', []],
  ])('accounts: %s', (line, accounts) => {
    expect(namedWords(line).accounts).toEqual(accounts)
  })

  test('no value that is no name', () => {
    const words = namedWords('password = hunter2\nkey: QUJDREVG+/base64==\n')
    expect(JSON.stringify(words)).not.toMatch(/hunter2|QUJD/)
  })
})

test.each([
  [['d', '-u', 'alice'], ['alice']],
  [
    ['d', '--user', 'alice', '--user=bob'],
    ['alice', 'bob'],
  ],
  [['d', '-u', '/run/x.sock'], []],
  [['d', '-u'], []],
])('accounts of %j', (argv, accounts) => {
  expect(accountsOfArguments(argv)).toEqual(accounts)
})

test('whom sudoers names', () => {
  const text =
    '# alice ALL=ALL\nDefaults env_reset\nUser_Alias OPS = a\nroot ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL) ALL\napp host=\\\n NOPASSWD: /bin/x\n'
  expect(sudoSubjects(text)).toEqual(['root', '%sudo', 'app'])
})

test.each([
  ['<Directory /home/*/public_html>', true],
  ['mail_location = maildir:/home/%u/Maildir', true],
  ['root "/home/$user/www";', true],
  ['path = /home/alice/data', false],
  ['# <Directory /home/*/public_html>', false],
  ['exec /srv/home/*', false],
])('the home of each person: %s: %s', (line, homes) => expect(namedWords(line).homes).toBe(homes))

test.each([
  ['php -d session.save_path=/tmp -S x', ['/tmp']],
  ['datadir = "/var/tmp"', ['/var/tmp']],
  ['tmpdir = /tmp', []],
  ['session_file = /tmp/x', []],
])('what is kept in a folder for all: %s', (line, kept) => expect(namedWords(line).kept).toEqual(kept))

test.each([
  ['file = $home/.forward', ['~/.forward']],
  ['sieve = file:~/sieve;active=~/.dovecot.sieve', ['~/.dovecot.sieve']],
  ['default %h/.qmail', ['~/.qmail']],
  ['mail_location = maildir:~/Maildir', []],
  ['# file = $home/.forward', []],
])('a file that each account may have in its home: %s', (line, files) => {
  expect(namedWords(line).homeFiles).toEqual(files)
})

test.each([
  ["root preexec = /bin/sh -c 'mkdir /srv/x'", ['/bin/sh']],
  ['hook: "/usr/bin/perl /srv/hook"', ['/usr/bin/perl']],
  ['cgi.assign = ( ".sh" => "/bin/sh" )', []],
  ['0\tstring\t#!/bin/sh\tBourne shell script text', []],
  ['0 string #! /usr/bin/perl perl script text', []],
])('a program with an argument behind it: %s', (line, programs) => {
  expect(namedWords(line).commands).toEqual(programs)
})

test.each([
  ["archive_command = 'test -d /srv/a && rsync %p b:/srv/a'", ['test', 'rsync']],
  ['on-download-complete-script=/srv/done.sh', ['/srv/done.sh']],
  ['command: ["wal-g", "push"]', ['wal-g']],
  ['notify_cmd mail -s down ops', ['mail']],
  ['auth_param basic program /usr/lib/srv/auth /etc/srv/users', ['/usr/lib/srv/auth']],
  ['allow_exec = yes', []],
  ['disable_command: true', []],
  ['command_timeout = 5', []],
  ['script_name = hooks/x.sh', []],
  ['hook = hooks/x.sh', []],
  ["# archive_command = 'rsync x'", []],
])('programs that a key for commands is set to: %s', (line, programs) => {
  expect(namedWords(line).called).toEqual(programs)
})
