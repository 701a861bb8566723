import { describe, expect, it } from 'vitest'
import { list, service } from '../../../../src/catalog/common/proposal.ts'
import type { Assignment } from '../../../../src/catalog/common/types.ts'
import { loosestLines } from '../../../../src/catalog/loosest/loosest-lines.ts'
import { applyAssignments } from '../../../../src/systemd/settings/settings.ts'
import { generator } from '../../fuzz/inputs.ts'

const one = (key: string) => (value: string) => [service(key, value)]
const many = (key: string) => (value: string) => list(key, value === '' ? [] : value.split(' '))

function loosest(key: string, variants: Assignment[][]) {
  const found = loosestLines(key, variants)
  return (
    found && {
      values: found.lines.map(({ value }) => value),
      needs: found.needs.map(({ word, of }) => `${word} ${of}`),
    }
  )
}

describe('what lets through whatever one of the values lets through', () => {
  it.each<[string, string[], string[], string[]]>([
    [
      'CapabilityBoundingSet',
      ['CAP_KILL', 'CAP_CHOWN CAP_KILL'],
      ['', 'CAP_CHOWN CAP_KILL'],
      ['CAP_CHOWN 1'],
    ],
    ['CapabilityBoundingSet', ['', ''], [''], []],
    ['AmbientCapabilities', ['', 'CAP_KILL'], ['', 'CAP_KILL'], ['CAP_KILL 1']],
    ['RestrictAddressFamilies', ['AF_UNIX', 'AF_INET AF_UNIX'], ['', 'AF_INET AF_UNIX'], ['AF_INET 1']],
    ['ReadWritePaths', ['-/a /b', '-/a'], ['', '-/a -/b'], ['-/b 0']],
    ['ReadWritePaths', ['-/a\\ b', '-/c'], ['', '-/a\\ b -/c'], ['-/a\\ b 0', '-/c 1']],
    ['NoExecPaths', ['/ /srv', '/'], ['', '/'], ['/srv 1']],
    ['IPAddressAllow', ['localhost', ''], ['', 'localhost'], ['localhost 0']],
    ['RestrictNamespaces', ['net', 'pid net'], ['', 'net pid'], ['pid 1']],
  ])('lists: %s %j', (key, values, lines, needs) => {
    expect(loosest(key, values.map(many(key)))).toEqual({ values: lines, needs })
  })

  it.each<[string, string[], string[], string[]]>([
    ['ProtectSystem', ['strict', 'full', 'strict'], ['full'], ['full 1']],
    ['ProtectHome', ['read-only', 'yes'], ['read-only'], ['read-only 0']],
    ['PrivateDevices', ['yes', 'no'], ['no'], ['no 1']],
    ['PrivateDevices', ['yes', 'true'], ['yes'], []],
    ['UMask', ['0027', '0077'], ['0027'], ['0027 0']],
    ['UMask', ['0026', '0072'], ['0022'], []],
    ['RestrictNamespaces', ['yes', 'net'], ['', 'net'], ['net 1']],
    ['RestrictNamespaces', ['yes', 'no'], ['no'], expect.arrayContaining(['net 1'])],
  ])('single values: %s %j', (key, values, lines, needs) => {
    expect(loosest(key, values.map(one(key)))).toEqual({ values: lines, needs })
  })

  it('is nothing where one does not restrict it, and what is needed where one needs nothing', () => {
    expect(loosest('ProtectHome', [[service('ProtectHome', 'yes')], []])?.values).toEqual([])
    expect(loosest('ReadWritePaths', [list('ReadWritePaths', ['-/a']), []])?.values).toEqual(['', '-/a'])
  })

  it.each([
    ['User', ['one', 'two']],
    ['SystemCallErrorNumber', ['EPERM', 'kill']],
    ['ExecStartPre', ['/bin/a', '/bin/b']],
  ])('is unknown for %s', (key, values) => {
    expect(loosestLines(key, values.map(one(key)))).toBeUndefined()
  })
})

const filter = (...values: string[]) => ['', ...values].map((value) => service('SystemCallFilter', value))

describe('a filter of system calls for all', () => {
  it('denies only what all deny, and allows again what one allows', () => {
    const variants = [
      filter('@system-service', '~@privileged @resources', 'chown', '~@keyring'),
      filter('@system-service @mount', '~@privileged', '~@keyring', '~setpriority:EPERM'),
    ]
    expect(loosest('SystemCallFilter', variants)).toEqual({
      values: ['', '@system-service @mount', '~@privileged @keyring', 'chown setpriority'],
      needs: ['@mount 1', 'chown 0', 'setpriority 1', '@resources 1'],
    })
  })

  it('is unknown beside one that only denies', () => {
    expect(loosestLines('SystemCallFilter', [filter('@system-service'), filter('~@mount')])).toBeUndefined()
  })

  it('lets through every call that one of them lets through', () => {
    const groups = { '@a': ['a1', 'a2', 'a3'], '@b': ['a2', 'b1'], '@c': ['b1', 'c1', 'a3'] }
    const words = ['@a', '@b', '@c', 'a1', 'a2', 'b1', 'c1']
    const random = generator(17)
    const some = () => words.filter(() => random(3) === 0)
    const line = () =>
      `${random(2) === 0 ? '~' : ''}${some().join(' ') || 'a1'}${random(6) === 0 ? ':EPERM' : ''}`
    const passes = (lines: readonly Assignment[]) =>
      (applyAssignments({}, lines, groups).SystemCallFilter ?? []).filter((call) => !call.includes(':'))
    for (let count = 0; count < 2000; count += 1) {
      const variants = [1, 2, 3].map(() =>
        filter(some().join(' ') || '@a', ...Array.from({ length: random(4) }, line)),
      )
      const found = loosestLines('SystemCallFilter', variants)
      const passing = passes(found?.lines ?? [])
      for (const variant of variants)
        expect(passing, JSON.stringify([variants, found])).toEqual(expect.arrayContaining(passes(variant)))
    }
  })
})
