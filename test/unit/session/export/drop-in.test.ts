import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { keptDropIn } from '../../../../src/session/export/kept-drop-in.ts'
import { planDropIn } from '../../../../src/session/export/plan-drop-in.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import type { Plan, PlannedDirective } from '../../../../src/session/plan/schema.ts'
import { freshState, type KeptStage } from '../../../../src/session/store/store.ts'
import { planned } from '../plan/planned.ts'

const plan = planOf(planned())

/** The plan with the first row that is taken changed. */
function withFirst(change: Partial<PlannedDirective>, rest: Partial<Plan> = {}): Plan {
  const stages = plan.stages.map((stage) => ({
    ...stage,
    directives: stage.directives.map((one, at) => (at === 0 ? { ...one, ...change } : one)),
  }))
  return { ...plan, ...rest, stages }
}

function settings(text: string): string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describe('the drop-in of a plan', () => {
  it('has each directive below its evidence and its proof', () => {
    const text = planDropIn(plan)
    expect(text).toMatch(/^# Hardening of web\.service: exposure 9\.2 UNSAFE → 8\.1 EXPOSED,/)
    expect(text).toContain(
      [
        '# Stage 4, system restrictions: exposure 9.2 → 8.1',
        '#',
        '# Nothing of ProtectHostname was seen. Proven in a clone.',
        'ProtectHostname=yes',
      ].join('\n'),
    )
    expect(text).toMatch(/Without AF_UNIX it breaks: no log\.[^=]*RestrictAddressFamilies=\n/)
    expect(settings(text)).toEqual([
      '[Service]',
      'ProtectHostname=yes',
      'RestrictAddressFamilies=',
      'RestrictAddressFamilies=AF_INET AF_UNIX',
      'RestrictAddressFamilies=AF_INET6',
    ])
  })

  it('begins with what was kept before, of which the plan says some again', () => {
    const kept_before = [service('ProtectHome', 'yes'), service('ProtectHostname', 'private')]
    const lines = settings(planDropIn({ ...plan, kept_before }))
    expect(lines.slice(1, 3)).toEqual(['ProtectHome=yes', 'ProtectHostname=yes'])
    expect(lines.join()).not.toContain('private')
  })

  it('names the accounts and the owners that it needs, and nothing else of the host', () => {
    const text = planDropIn(
      withFirst({
        evidence: [{ kind: 'seen', text: 'web (pid 107, uid 0) is open in pid 1, 22.', trial: null }],
        owners: [{ path: '/var/lib/web', user: 'web', group: 'adm', mode: 0o750, why: 'It writes there.' }],
        account: { name: 'web', id: 990 },
      }),
    )
    expect(text).toContain('# It needs the account: web\n')
    expect(text).toContain('# - /var/lib/web → web:adm, mode 0750\n')
    expect(text).toContain('# web is open. ')
    expect(text).not.toMatch(/\bone\b|6\.12\.9|pid|990/)
  })

  it('warns of commands, which only its writer knows', () => {
    const commands = [service('ExecStartPre', ''), service('ExecStartPre', '+/bin/x')]
    const warned = /It holds commands: compare them[^=]*\nExecStartPre=\nExecStartPre=\+/
    expect(planDropIn(withFirst({ assignments: commands }))).toMatch(warned)
    expect(planDropIn({ ...plan, kept_before: commands })).toMatch(warned)
    expect(planDropIn(plan)).not.toContain('commands')
  })

  it.each([
    ['a line break', 'a\nUser=root'],
    ['a carriage return', 'a\rUser=root'],
    ['a line separator', 'a\u2028User=root'],
    ['a backslash at the end', 'a \\'],
  ])('keeps %s of the evidence inside a comment', (_, hostile) => {
    const seen = (text: string) => ({ kind: 'seen' as const, text, trial: null })
    const evidence = [seen(hostile), seen(hostile)]
    const text = planDropIn(
      withFirst({ evidence, proof: { state: 'breaks', reason: hostile, oddity: null } }),
    )
    expect(settings(text)).toEqual(settings(planDropIn(plan)))
    expect(text).not.toMatch(/\\\n|\u2028/)
  })

  it.each([
    ['proven', null, 'Proven in a clone.'],
    ['breaks', 'no log', 'It broke in a clone: no log.'],
  ] as const)('says of a row that is %s how it was proven', (state, reason, words) => {
    expect(planDropIn(withFirst({ proof: { state, reason, oddity: null } }))).toContain(`seen. ${words}\n`)
  })

  it.each([
    ['proven', 'Proven in a clone, with its whole stage.'],
    ['none', 'No clone has proven it.'],
  ] as const)('says of a row that was not asked alone what is known of its stage: %s', (state, words) => {
    const proof = { state, reason: null, oddity: null }
    const alone = withFirst({ proof: { ...proof, state: 'none' } })
    const stages = alone.stages.map((stage) => ({ ...stage, proof }))
    expect(planDropIn({ ...plan, stages })).toContain(`ProtectHostname was seen. ${words}\n`)
  })
})

describe('the drop-in of what is kept', () => {
  const kept = (stage: KeptStage['stage'], ...assignments: KeptStage['assignments']): KeptStage => ({
    stage,
    assignments,
    records: [],
    before: 92,
    after: 72,
    at: '2026-11-26T10:00:00Z',
    proof: { clone: true, checks: 2, exercises: 1 },
  })
  const state = (...stages: KeptStage[]) => ({ ...freshState('web.service', 92), kept: stages })

  it('has each directive below its effect, and by what it was proven', () => {
    const text = keptDropIn(
      state(
        kept('capabilities', service('CapabilityBoundingSet', 'CAP_KILL')),
        kept('filesystem', service('ProtectHome', 'yes'), service('ReadWritePaths', '/srv')),
      ),
    )
    expect(text).toMatch(
      /Stage 3, filesystem: exposure 9\.2 → 7\.2, kept 2026-11-26\. Proven in a clone first, and live by a\n# restart, 2 checks and 1 exercise\.\n#\n# Hides \/home[^=]*\nProtectHome=yes\n/,
    )
    expect(text).toContain('CapabilityBoundingSet=CAP_KILL')
    expect(settings(text)).toHaveLength(4)
  })

  it('says a setting once, as the later stage has it', () => {
    const text = keptDropIn(
      state(
        kept('capabilities', service('CapabilityBoundingSet', 'CAP_KILL')),
        kept('user', service('User', 'web'), service('CapabilityBoundingSet', '')),
      ),
    )
    expect(settings(text)).toEqual(['[Service]', 'User=web', 'CapabilityBoundingSet='])
  })

  it('does not claim a proof that an older hardenctl did not record', () => {
    const { proof: _, ...older } = kept('all', service('ProtectHome', 'yes'))
    expect(keptDropIn(state(older)).replaceAll('\n# ', ' ')).toContain('Unknown by what it was proven')
  })
})
