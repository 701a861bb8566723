import { describe, expect, it } from 'vitest'
import { STAGES } from '../../../src/catalog/common/types.ts'
import { askedOf } from '../../../src/cli/asked-of.ts'
import { UsageError } from '../../../src/cli/usage-error.ts'

const given = (more: Partial<Parameters<typeof askedOf>[0]>) => ({
  skip: [],
  set: [],
  stages: STAGES,
  ...more,
})

describe('--skip and --set', () => {
  it.each([
    ['ProtectSystem=full', 'full'],
    ['ProtectHome=read-only', 'read-only'],
    ['LockPersonality=true', 'true'],
    ['NoNewPrivileges=no', 'no'],
    ['UMask=0077', '0077'],
    ['CapabilityBoundingSet=', ''],
    ['CapabilityBoundingSet=CAP_CHOWN CAP_KILL', 'CAP_CHOWN CAP_KILL'],
    ['CapabilityBoundingSet=~CAP_SYS_ADMIN', '~CAP_SYS_ADMIN'],
    ['RestrictAddressFamilies=AF_UNIX AF_INET', 'AF_UNIX AF_INET'],
    ['RestrictNamespaces=net user', 'net user'],
    ['ReadWritePaths=-/srv/data /var/lib/x', '-/srv/data /var/lib/x'],
    ['IPAddressDeny=any', 'any'],
    ['SystemCallFilter=~@mount ptrace', '~@mount ptrace'],
    ['SystemCallErrorNumber=EPERM', 'EPERM'],
    ['User=www-data', 'www-data'],
  ])('take %s', (text, value) => {
    expect(askedOf(given({ set: [text] })).set).toEqual([{ key: text.split('=')[0], value }])
  })

  it('take a directive that is to stay, once', () => {
    expect(askedOf(given({ skip: ['UMask', 'UMask'] }))).toEqual({ skip: ['UMask'], set: [] })
  })

  it.each<[string, Partial<Parameters<typeof askedOf>[0]>, RegExp]>([
    [
      'a typing error',
      { skip: ['ProtectSytem'] },
      /no directive "ProtectSytem"; the nearest are ProtectSystem/,
    ],
    ['another case', { skip: ['protecthome'] }, /the nearest are ProtectHome/],
    ['a part of the name', { set: ['Personality=yes'] }, /the nearest are LockPersonality/],
    ['one that is not hardening', { set: ['ExecStart=/bin/sh'] }, /no directive "ExecStart"/],
    ['no name', { set: ['=yes'] }, /no directive ""/],
    ['no value', { set: ['UMask'] }, /--set takes DIRECTIVE=VALUE, not "UMask"/],
    [
      'a word that it does not take',
      { set: ['ProtectSystem=tight'] },
      /takes yes, no, full or strict, not "tight"/,
    ],
    [
      'an unknown capability',
      { set: ['CapabilityBoundingSet=CAP_FLY'] },
      /names of capabilities .* not "CAP_FLY"/,
    ],
    ['a relative path', { set: ['ReadWritePaths=srv'] }, /takes absolute paths, not "srv"/],
    ['a mask that is none', { set: ['UMask=0999'] }, /octal mask/],
    ['a second line', { set: ['ReadWritePaths=/a\nExecStart=/b'] }, /absolute paths/],
    ['a specifier', { set: ['ReadWritePaths=/a%n'] }, /absolute paths/],
    ['both of one', { skip: ['UMask'], set: ['UMask=0077'] }, /name UMask more than once/],
    ['two values of one', { set: ['UMask=0077', 'UMask=0027'] }, /name UMask more than once/],
    [
      'a stage that is left out',
      { skip: ['UMask'], stages: ['user'] },
      /stage filesystem, which --stages leaves/,
    ],
  ])('refuse %s with one line', (_, more, reason) => {
    const parse = () => askedOf(given(more))
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(reason)
    expect(parse).toThrow(/^[^\n]+$/)
  })
})
