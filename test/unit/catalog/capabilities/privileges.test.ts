import { describe, expect, test } from 'vitest'
import { capabilityNotes } from '../../../../src/catalog/index.ts'
import { NOTHING_LEARNED, process } from '../build-facts.ts'
import { lines, proposal, row, told } from '../rows.ts'
import { apacheLike, cronLike, httpdLike, javaLike, nginxLike, redisLike } from '../services.ts'

describe('CapabilityBoundingSet', () => {
  test.each([
    [
      'a root master on port 80, started by a script',
      apacheLike(),
      'CAP_CHOWN CAP_KILL CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID',
    ],
    [
      'a master with files of its workers',
      httpdLike(),
      'CAP_CHOWN CAP_DAC_OVERRIDE CAP_KILL CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID',
    ],
    ['a service with an account of its own', javaLike(), ''],
  ])('%s', (_, facts, wanted) => {
    const set = wanted === '' ? [] : [`CapabilityBoundingSet=${wanted}`]
    expect(lines('CapabilityBoundingSet', facts)).toEqual(['CapabilityBoundingSet=', ...set])
  })

  test('every capability kept is accounted for, guesses can be squeezed out', () => {
    const bounding = proposal('CapabilityBoundingSet', httpdLike())
    const { squeezes } = bounding
    const evidence = told(bounding)
    expect(evidence).toContain('CAP_NET_BIND_SERVICE: It listens on port 80, below 1024.')
    expect(evidence.join()).toContain('/run/httpd/cgisock.30 belong')
    expect(squeezes?.map(({ label }) => label)).toEqual(['CAP_CHOWN', 'CAP_DAC_OVERRIDE', 'CAP_KILL'])
  })

  test('a service that gave up root at a start that nobody saw needs it again at the next', () => {
    const facts = javaLike()
    facts.unit.properties = { ...facts.unit.properties, User: [''] }
    expect(lines('CapabilityBoundingSet', facts).at(-1)).toBe(
      'CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_KILL CAP_SETGID CAP_SETUID',
    )
    expect(lines('SystemCallFilter', facts).join()).toMatch(/@setuid/)
    // A clone that was followed through its start tells better.
    const followed = { ...facts, learned: NOTHING_LEARNED }
    expect(lines('CapabilityBoundingSet', followed)).toEqual(['CapabilityBoundingSet='])
  })

  test('"!" before its command starts it as root in spite of User=', () => {
    const facts = javaLike()
    facts.unit.exec = { ExecStart: [{ path: '/usr/bin/java', argv: [], flags: ['no-setuid'] }] }
    expect(lines('CapabilityBoundingSet', facts).at(-1)).toMatch(/CAP_SETGID CAP_SETUID/)
    expect(lines('SystemCallFilter', facts).join()).toMatch(/@setuid/)
    expect(lines('SystemCallFilter', facts).join()).not.toMatch(/capset/)
    expect(row('User', facts)).toMatchObject({ kind: 'unfit' })
    for (const { capabilities } of facts.processes) capabilities.effective = ['cap_sys_time']
    expect(lines('SystemCallFilter', facts).join()).toMatch(/capset/)
  })

  test('it never widens', () => {
    const facts = apacheLike()
    facts.unit.properties.CapabilityBoundingSet = ['cap_setuid cap_setgid cap_sys_admin']
    expect(lines('CapabilityBoundingSet', facts)[1]).toBe('CapabilityBoundingSet=CAP_SETGID CAP_SETUID')
    expect(row('CapabilityBoundingSet', redisLike())).toMatchObject({ kind: 'in-force', value: 'none' })
  })

  test('sessions are not squeezed blindly', () => {
    expect(proposal('CapabilityBoundingSet', cronLike()).recommended).toBe(false)
    const facts = httpdLike()
    const other = facts.processes[2]
    if (other) other.uid = { real: 49, effective: 49, saved: 49, filesystem: 49 }
    const { value, squeezes } = proposal('CapabilityBoundingSet', facts)
    expect(value).toContain('CAP_AUDIT_WRITE')
    expect(squeezes).toBeUndefined()
  })

  test('notes name the sets and file capabilities', () => {
    const facts = apacheLike()
    const program = facts.executables[0]
    if (program) program.fileCapabilities = 'cap_net_bind_service=ep'
    const notes = capabilityNotes(facts)
    expect(notes[0]).toContain(
      'apache2 (pid 10, uid 0): inheritable none; permitted all 41; effective all 41',
    )
    expect(notes[1]).toContain('effective none')
    expect(notes[2]).toContain('setcap -r /usr/sbin/apache2')
  })
})

describe('User', () => {
  test('a root master with logs of root, rotated as root', () => {
    const user = proposal('User', apacheLike())
    const { assignments, ownership, recommended } = user
    const find =
      '+/usr/bin/find -P /var/log/apache2 -xdev -maxdepth 1 -type f -user root -links 1 -execdir /usr/bin/chown -h www-data {} +'
    expect(assignments.map(({ key, value }) => `${key}=${value}`)).toEqual([
      'User=www-data',
      'Group=www-data',
      'AmbientCapabilities=',
      'AmbientCapabilities=CAP_NET_BIND_SERVICE',
      'CapabilityBoundingSet=',
      'CapabilityBoundingSet=CAP_NET_BIND_SERVICE',
      'RuntimeDirectory=',
      'RuntimeDirectory=apache2 lock/apache2',
      'ExecStartPre=',
      `ExecStartPre=${find}`,
      'ExecReload=',
      `ExecReload=${find}`,
      'ExecReload=/usr/sbin/apachectl graceful',
    ])
    expect(ownership?.map(({ path, user }) => `${path} ${user}`)).toEqual([
      '/var/log/apache2 www-data',
      '/var/log/apache2/access.log www-data',
      '/var/log/apache2/error.log www-data',
      '/var/log/apache2/other.log www-data',
    ])
    expect(recommended).toBe(true)
    expect(told(user).join('\n')).toContain(
      'apache2 (pid 10, uid 0) holds /var/log/apache2/error.log open for writing',
    )
  })

  test('a pid file straight in /run is made by root before each start, vendor lines follow verbatim', () => {
    const written = lines('User', nginxLike())
    expect(written.slice(-3)).toEqual([
      'ExecStartPre=',
      'ExecStartPre=+/usr/bin/install -m 0644 -o www-data -g www-data /dev/null /run/nginx.pid',
      "ExecStartPre=/usr/sbin/nginx -t -q -g 'daemon on; master_process on;'",
    ])
    expect(written.join()).not.toContain('RuntimeDirectory')
  })

  test('the mode of a run directory stays', () => {
    expect(lines('User', httpdLike())).toContain('RuntimeDirectory=httpd')
    expect(lines('User', httpdLike())).toContain('RuntimeDirectoryMode=0710')
    expect(lines('User', httpdLike()).join()).not.toContain('find')
  })

  test.each([
    ['socket', 'another process listens on /run/httpd/theirs'],
    ['open', 'process 99, which is not of this unit, has /run/httpd/theirs open'],
    ['pid-file', '/run/httpd/theirs names process 99'],
    ['owner', '/run/httpd/theirs belongs to uid 99'],
    ['unit', 'other.service has systemd make /run/httpd/theirs'],
  ] as const)('a run folder that holds something of another’s (%s) is never managed', (by, why) => {
    const facts = { ...httpdLike(), foreign: [{ path: '/run/httpd/theirs', by, why }] }
    expect(lines('User', facts).join()).not.toContain('RuntimeDirectory')
    expect(lines('User', facts)).toContain('After=systemd-tmpfiles-setup.service')
    expect(told(proposal('User', facts)).join('\n')).toContain(why)
  })

  test('a run folder that tmpfiles.d makes is there while the service is stopped', () => {
    const made = { path: '/run/httpd', by: 'tmpfiles' as const, why: 'tmpfiles.d makes /run/httpd at boot' }
    expect(lines('User', { ...httpdLike(), foreign: [made] })).toContain('RuntimeDirectoryPreserve=yes')
    expect(lines('User', httpdLike()).join()).not.toContain('RuntimeDirectoryPreserve')
  })

  test('a root process that only waits beside its workers is root for a reason', () => {
    const facts = httpdLike()
    const [main] = facts.processes
    if (main) main.openFiles = []
    for (const socket of facts.sockets) socket.pids = socket.pids.filter((pid) => pid !== 30)
    expect(proposal('User', facts)).toMatchObject({
      recommended: false,
      caution: expect.stringContaining('keeps root for something that was not seen'),
    })
    expect(proposal('User', facts)).not.toHaveProperty('tickIfProven')
  })

  test('new logs of root without a reload are no good start', () => {
    const facts = apacheLike()
    for (const entry of facts.logrotate) entry.reloadsUnit = false
    expect(proposal('User', facts)).toMatchObject({
      recommended: false,
      caution: expect.stringContaining('no reload'),
    })
  })

  test('a shared log directory is never handed over', () => {
    const facts = apacheLike()
    facts.writable = facts.writable.map((fact) => ({
      ...fact,
      path: fact.path.replace('/log/apache2/', '/log/'),
    }))
    facts.logrotate = []
    expect(proposal('User', facts).ownership?.map(({ path }) => path)).toEqual([
      '/var/log/access.log',
      '/var/log/error.log',
    ])
  })

  test.each([
    ['already switched', redisLike(), 'in-force', 'redis'],
    ['all root', cronLike(), 'unfit', 'run as root'],
    [
      'several users',
      { ...apacheLike(), processes: [...apacheLike().processes, process(13, 34)] },
      'unfit',
      'several users',
    ],
    [
      'a second root process',
      { ...apacheLike(), processes: [...apacheLike().processes, process(13, 0)] },
      'unfit',
      'second root',
    ],
    ['no account name', { ...apacheLike(), accounts: [] }, 'unfit', 'no account name'],
  ])('%s', (_, facts, kind, why) => {
    const result = row('User', facts)
    expect(result).toMatchObject({ kind, why: expect.stringContaining(why) })
  })
})
