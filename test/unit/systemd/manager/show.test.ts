import { describe, expect, it } from 'vitest'
import { parseOverall } from '../../../../src/systemd/exposure/security.ts'
import { parseExec } from '../../../../src/systemd/manager/exec.ts'
import { first, listOf, parseShow, showUnit } from '../../../../src/systemd/manager/show.ts'
import { bootedWithSystemd, parseVersion, systemdVersion } from '../../../../src/systemd/manager/version.ts'
import { flattenGroups, parseSyscallGroups } from '../../../../src/systemd/syscalls/syscall-groups.ts'
import { memoryHost } from '../../observe/memory-host.ts'

describe('systemctl show', () => {
  it('keeps a property that is printed several times in its order', () => {
    const text = 'ExecStartPre={ path=/a ; }\nExecStartPre={ path=/b ; }\nUser=\n'
    expect(parseShow(text)).toEqual({ ExecStartPre: ['{ path=/a ; }', '{ path=/b ; }'], User: [''] })
  })

  it('goes on with a value of several lines, and with the last of a repeated one', () => {
    const text = 'ExecStart={ path=/bin/sh ; argv[]=/bin/sh -c one\ntwo=2\n three ; }\nUser=www\n'
    expect(parseShow(text)).toEqual({
      ExecStart: ['{ path=/bin/sh ; argv[]=/bin/sh -c one\ntwo=2\n three ; }'],
      User: ['www'],
    })
  })

  it('splits at the first = only', () => {
    expect(first(parseShow('Environment=A=1 B=2\n'), 'Environment')).toBe('A=1 B=2')
  })

  it('knows no property that an object has by itself', () => {
    const shown = parseShow('constructor=x\nUser=a\n')
    expect(first(shown, 'toString')).toBe('')
    expect(first(shown, 'constructor')).toBe('')
  })

  it('is empty where systemctl is not there, and never reads a unit as an option', async () => {
    const host = memoryHost({
      files: {},
      programs: { 'systemctl show --no-pager --property=Id -- -x': 'Id=-x\n' },
    })
    expect(await showUnit(host, 'other')).toEqual({})
    expect(await showUnit(host, '-x', ['Id'])).toEqual({ Id: ['-x'] })
  })
})

describe('an Exec…Ex property', () => {
  const rest = 'start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }'

  it.each([
    [
      `{ path=/usr/sbin/nginx ; argv[]=/usr/sbin/nginx -g daemon on; ; flags= ; ${rest}`,
      { path: '/usr/sbin/nginx', argv: ['/usr/sbin/nginx', '-g', 'daemon', 'on;'], flags: [] },
    ],
    [
      `{ path=/bin/x ; argv[]=/bin/x ; flags=privileged ignore-failure ; ${rest}`,
      { path: '/bin/x', argv: ['/bin/x'], flags: ['privileged', 'ignore-failure'] },
    ],
    [
      `{ path=/bin/x ; argv[]=/bin/x -a ; ignore_errors=yes ; ${rest}`,
      { path: '/bin/x', argv: ['/bin/x', '-a'], flags: ['ignore-failure'] },
    ],
    [
      `{ path=/bin/x ; argv[]=/bin/x -a ; ignore_errors=no ; ${rest}`,
      { path: '/bin/x', argv: ['/bin/x', '-a'], flags: [] },
    ],
    [
      `{ path=/bin/sh ; argv[]=/bin/sh -c a\nb ; flags= ; ${rest}`,
      { path: '/bin/sh', argv: ['/bin/sh', '-c', 'a\nb'], flags: [] },
    ],
    ['', undefined],
    ['/bin/x -a', undefined],
  ])('%j', (text, command) => {
    expect(parseExec(text)).toEqual(command)
  })
})

describe('systemd-analyze security', () => {
  it.each([
    ['→ Overall exposure level for nginx.service: 9.6 UNSAFE 😨\n', 96],
    ['→ Overall exposure level for a.service: 10.0 DANGEROUS\n', 100],
    ['  NAME DESCRIPTION\n…\n→ Overall exposure level for a.service: 0.2 SAFE :-}\n', 2],
    ['Unit a.service not found.', undefined],
    ['', undefined],
  ])('%j is %s', (text, score) => {
    expect(parseOverall(text)).toBe(score)
  })
})

describe('systemd-analyze syscall-filter', () => {
  const text = `@default
    # System calls that are always permitted
    brk
    exit

@process
    # Process control
    clone
    @signal

@signal
    kill
    clone

# Ungrouped System Calls (known but not included in any of the groups except @known):
#   afs_syscall
`
  it('reads members, leaves comments out and resolves groups in groups, each call once', () => {
    expect(flattenGroups(parseSyscallGroups(text))).toEqual({
      '@default': ['brk', 'exit'],
      '@process': ['clone', 'kill'],
      '@signal': ['clone', 'kill'],
    })
  })

  it('reads a group in a group behind an end of colours, as 255 prints it', () => {
    const text = '@a\n    # Some\n    \x1b[0m@b\n    read\n\n@b\n    # More\n    write\n'
    expect(flattenGroups(parseSyscallGroups(text))).toEqual({ '@a': ['read', 'write'], '@b': ['write'] })
  })

  it('ends with groups that name each other or one that is not there', () => {
    expect(flattenGroups({ '@a': ['@b', 'x'], '@b': ['@a', '@gone', 'y'] })).toEqual({
      '@a': ['x', 'y'],
      '@b': ['x', 'y'],
    })
  })
})

describe('the version', () => {
  it.each([
    ['systemd 252 (252.39-1~deb12u1)\n+PAM +AUDIT\n', 252],
    ['systemd 259~rc1 (259~rc1-2)\n', 259],
    ['warning: x\nsystemd 247 (247.3)\n', 247],
    ['sysvinit 3.0\n', undefined],
  ])('of %j is %s', (text, version) => {
    expect(parseVersion(text)).toBe(version)
  })

  it('is 0 without systemctl', async () => {
    expect(await systemdVersion(memoryHost({ files: {} }))).toBe(0)
  })

  it.each([
    ['systemd\n', { '/run/systemd/system': { stat: { kind: 'directory' as const } } }, true],
    ['sh\n', { '/run/systemd/system': { stat: { kind: 'directory' as const } } }, false],
    ['systemd\n', {}, false],
  ])('PID 1 %j with %j booted it: %s', async (comm, files, booted) => {
    expect(await bootedWithSystemd(memoryHost({ files: { ...files, '/proc/1/comm': comm } }))).toBe(booted)
  })
})

describe('a list that systemctl shows', () => {
  it.each([
    ['', []],
    ['/etc/a.conf /etc/b.conf', ['/etc/a.conf', '/etc/b.conf']],
    ['"/etc/x\\\\x2dy.d/a.conf" /b', ['/etc/x\\x2dy.d/a.conf', '/b']],
    ['"/etc/a b" "c\\"d"', ['/etc/a b', 'c"d']],
  ])('%j', (text, list) => expect(listOf({ DropInPaths: [text] }, 'DropInPaths')).toEqual(list))
})
