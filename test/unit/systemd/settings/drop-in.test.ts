import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import type { Assignment } from '../../../../src/catalog/common/types.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import {
  DropInError,
  keptPath,
  mergeAssignments,
  renderDropIn,
  trialPath,
} from '../../../../src/systemd/settings/drop-in.ts'
import { parseUnitText } from '../../../../src/systemd/settings/unit-files.ts'

const part = (...assignments: Assignment[]) => ({ comment: [], assignments })

describe('the text of a drop-in', () => {
  it('has the comments, [Unit] before [Service], and each part under its comment', () => {
    const text = renderDropIn(
      ['by hardenctl'],
      [
        {
          comment: ['first'],
          assignments: [service('User', 'www'), { section: 'Unit', key: 'After', value: 'x' }],
        },
        { comment: ['second'], assignments: [service('UMask', '0027')] },
      ],
    )
    expect(text).toBe(
      '# by hardenctl\n\n[Unit]\n# first\nAfter=x\n\n[Service]\n# first\nUser=www\n\n# second\nUMask=0027\n',
    )
  })

  it.each([
    ['ExecStart', '/bin/sh -c "a; b" # no comment'],
    ['ExecStartPre', "+/bin/install -m 644 /dev/null '/run/a b.pid'"],
    ['ExecReload', '/bin/kill -HUP $MAINPID ; /bin/x a=b'],
    ['Environment', '"A=1 2" B=\'x;y\''],
    ['SystemCallFilter', '~@clock chown:EPERM'],
    ['ReadWritePaths', '-/var/lib/a\\x20b /srv/[x]'],
    ['User', ''],
    ['User', 'true'],
    ['LoadCredential', 'a:/b=c'],
  ])('holds %s=%s as it is', (key, value) => {
    const read = parseUnitText(renderDropIn([], [part(service(key, value))]))
    expect(read).toEqual([{ section: 'Service', key, value, place: ':3' }])
  })

  it.each([
    ['User', 'a\n[Service]'],
    ['User', 'a\rb'],
    ['User', 'a\0'],
    ['ExecStart', '/bin/x \\'],
    ['User', ' a'],
    ['User', 'a\t'],
    ['User=root\nGroup', 'a'],
    ['# User', 'a'],
    ['', 'a'],
    ['[Service', 'a'],
  ])('refuses what no line can hold: %j=%j', (key, value) => {
    expect(() => renderDropIn([], [part(service(key, value))])).toThrow(DropInError)
  })

  it('lets no comment become a line', () => {
    const comment = ['a\nExecStart=/evil', 'b\r[Service]']
    const text = renderDropIn(comment, [{ comment, assignments: [service('User', 'www')] }])
    expect(parseUnitText(text)).toEqual([{ ...service('User', 'www'), place: ':7' }])
    expect(text.split(/[\r\n]/).filter((line) => line.startsWith('ExecStart'))).toEqual([])
  })

  it('keeps the order of a list that is reset first', () => {
    const lines = [service('CapabilityBoundingSet', ''), service('CapabilityBoundingSet', 'CAP_KILL')]
    expect(renderDropIn([], [part(...lines)])).toContain(
      'CapabilityBoundingSet=\nCapabilityBoundingSet=CAP_KILL\n',
    )
  })

  it('of nothing has no section', () => {
    expect(renderDropIn(['x'], [part()])).toBe('# x\n')
  })
})

describe('merged assignments', () => {
  it('say a key once: the later lines of it, all of them, and only in its section', () => {
    const earlier = [service('A', '1'), service('B', ''), service('B', '2')]
    const later = [service('B', ''), service('B', '3'), { section: 'Unit' as const, key: 'A', value: '4' }]
    expect(mergeAssignments(earlier, later)).toEqual([service('A', '1'), ...later])
  })
})

it('a trial in /run is not masked by what is kept in /etc: their names differ, the trial’s sorts last', () => {
  const [kept, trial] = [keptPath(SYSTEM_MANAGER, 'a.service'), trialPath(SYSTEM_MANAGER, 'a.service')].map(
    (path) => path.split('/').at(-1) ?? '',
  )
  expect([...['override.conf', 'zz-local.conf', trial, kept]].filter(Boolean)).toHaveLength(4)
  expect((kept ?? '') < (trial ?? '')).toBe(true)
  expect(keptPath(SYSTEM_MANAGER, 'a.service')).toMatch(/^\/etc\/systemd\/system\/a\.service\.d\//)
  expect(trialPath(SYSTEM_MANAGER, 'a.service')).toMatch(/^\/run\/systemd\/system\/a\.service\.d\//)
})
