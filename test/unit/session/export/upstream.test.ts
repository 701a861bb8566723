import { describe, expect, it } from 'vitest'
import { list, service } from '../../../../src/catalog/common/proposal.ts'
import type { Stage } from '../../../../src/catalog/common/types.ts'
import { reportMarkdown } from '../../../../src/session/export/markdown.ts'
import { upstreamReport } from '../../../../src/session/export/upstream.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import type { Plan, PlannedDirective, PlannedStage } from '../../../../src/session/plan/schema.ts'
import { planned } from '../plan/planned.ts'

const plan = planOf(planned())
const AT = new Date('2026-11-26T12:00:00Z')
const OPTIONS = { systemd: 257, syscallGroups: {} }
const PROVEN = { state: 'proven', reason: null, oddity: null } as const

function written(...plans: Plan[]): string {
  return reportMarkdown(upstreamReport(plans, AT, OPTIONS))
}

function row(
  directive: string,
  assignments: PlannedDirective['assignments'],
  more: Partial<PlannedDirective> = {},
): PlannedDirective {
  return {
    directive,
    state: 'taken',
    left: null,
    why: null,
    value: assignments
      .map(({ value }) => value)
      .join(' ')
      .trim(),
    assignments,
    gain: 0.1,
    evidence: [{ kind: 'seen', text: `Nothing of ${directive} was seen in pid 7.`, trial: null }],
    proof: PROVEN,
    loosened_by: [],
    owners: [],
    account: null,
    ...more,
  }
}

function withRows(stage: Stage, ...directives: PlannedDirective[]): Plan {
  const one: PlannedStage = {
    stage,
    outcome: 'taken',
    note: null,
    exposure: { before: 9, after: 8 },
    proof: { state: 'none', reason: null, oddity: null },
    directives,
  }
  return { ...plan, stages: [one] }
}

/** The lines for the unit file. */
function lines(...plans: Plan[]): string[] {
  const [, code = ''] = written(...plans).split('```')
  return code.split('\n').filter((line) => line.includes('='))
}

describe('what a package could take', () => {
  it.each<[string, Plan, string[], RegExp]>([
    [
      'a plain setting',
      withRows('system', row('ProtectClock', [service('ProtectClock', 'yes')])),
      ['ProtectClock=yes'],
      /systemd 245 and newer/,
    ],
    [
      'paths, but for what does without them',
      withRows(
        'filesystem',
        row('ProtectSystem', [
          service('ProtectSystem', 'strict'),
          ...list('ReadWritePaths', ['-/var/lib/web']),
        ]),
      ),
      ['ProtectSystem=full'],
      /strict.* was proven, with paths of the hosts, which denies more/,
    ],
    [
      'paths that the looser value would close',
      withRows(
        'filesystem',
        row('ProtectSystem', [service('ProtectSystem', 'strict'), ...list('ReadWritePaths', ['-/etc/web'])]),
      ),
      [],
      /ProtectSystem: It names paths of a host/,
    ],
    [
      'programs',
      withRows('filesystem', row('NoExecPaths', list('NoExecPaths', ['/']))),
      [],
      /NoExecPaths: It names paths/,
    ],
    [
      'localhost',
      withRows(
        'system',
        row('IPAddressDeny', [...list('IPAddressDeny', ['any']), ...list('IPAddressAllow', ['localhost'])]),
      ),
      ['IPAddressDeny=', 'IPAddressDeny=any', 'IPAddressAllow=', 'IPAddressAllow=localhost'],
      /systemd 235/,
    ],
    [
      'an address',
      withRows(
        'system',
        row('IPAddressDeny', [...list('IPAddressDeny', ['any']), ...list('IPAddressAllow', ['10.0.0.7'])]),
      ),
      [],
      /addresses of a host/,
    ],
    [
      'an account',
      withRows('user', row('User', [service('User', 'web')])),
      [],
      /User: It names an account of a host/,
    ],
    [
      'no proof',
      withRows(
        'system',
        row('ProtectClock', [service('ProtectClock', 'yes')], { proof: { ...PROVEN, state: 'none' } }),
      ),
      [],
      /ProtectClock: No clone has proven it/,
    ],
    [
      'what was left out',
      withRows('system', row('ProtectClock', [], { state: 'left', left: 'broke', why: 'It died.' })),
      [],
      /ProtectClock: It died/,
    ],
  ])('of a row with %s', (_, one, taken, words) => {
    expect(lines(one)).toEqual(taken)
    expect(written(one)).toMatch(words)
  })

  it('is nothing that was proven under an account of the plan', () => {
    const switched = withRows('user', row('User', [service('User', 'web')]))
    const clock = withRows('system', row('ProtectClock', [service('ProtectClock', 'yes')]))
    const both = { ...plan, stages: [...switched.stages, ...clock.stages] }
    expect(lines(both)).toEqual([])
    expect(written(both)).toContain('ProtectClock: It was proven under another account')
    expect(written(both)).toContain('hardenctl plan with \\-\\-skip User')
  })

  it('of several plans is what none of them needs otherwise, without names of hosts', () => {
    const families = (words: string) =>
      withRows('system', row('RestrictAddressFamilies', list('RestrictAddressFamilies', words.split(' '))))
    const [one, two] = [families('AF_INET AF_UNIX'), families('AF_NETLINK AF_UNIX')]
    const other = { ...two, made_on: { ...two.made_on, host: 'secret-name', systemd: 'systemd 252' } }
    expect(lines(one, other)).toContain('RestrictAddressFamilies=AF_INET AF_NETLINK AF_UNIX')
    const text = written(one, other)
    expect(text).toMatch(/AF\\?_NETLINK is allowed on machine 2 alone/)
    expect(text).not.toContain('secret-name')
    expect(text).not.toContain('pid 7')
    expect(text).not.toContain('two words')
  })

  it.each([
    ['GET http://10.1.2.3:8080/', 'GET http\\://its address:8080/'],
    ['connect to 2001:db8::7 port 25', 'connect to its address port 25'],
    ['connect to ::1 port 25', 'connect to ::1 port 25'],
  ])('names no address of a host where it tells of the check %s', (label, words) => {
    const check = { kind: 'check', given: false, text: null, label, answer: 'connected' } as const
    expect(written({ ...plan, checks: [check] })).toContain(`${words}: connected`)
  })

  it('is refused of a plan that builds on what was kept', () => {
    expect(() => written({ ...plan, kept_before: [service('ProtectClock', 'yes')] })).toThrow(/kept before/)
  })
})
