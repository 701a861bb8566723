import type { KeptHere } from '../../../../src/session/export/kept-plan.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import { freshState, type KeptStage } from '../../../../src/session/store/store.ts'
import { planned } from '../plan/planned.ts'

export const RECORD = {
  path: '/var/log/web',
  kind: 'directory',
  uid: 0,
  gid: 4,
  mode: 0o750,
  inode: '1',
  device: '2',
} as const

/** A stage that was proven in a clone. */
export function kept(stage: KeptStage['stage'], more: Partial<KeptStage>): KeptStage {
  return {
    stage,
    assignments: [],
    records: [],
    before: 92,
    after: 60,
    at: '2026-11-26T10:00:00.000Z',
    proof: { clone: true, checks: 2, exercises: 1 },
    ...more,
  }
}

/** A unit of which these stages are kept. */
export function here(...stages: KeptStage[]): KeptHere {
  return {
    stored: {
      ...freshState('web.service', 92),
      kept: stages,
      baseline: {
        listeners: [],
        startMs: 1,
        restless: false,
        answers: [
          { check: { kind: 'http', url: 'http://127.0.0.1/', timeoutMs: 3000 }, answer: '200' },
          {
            check: { kind: 'exercise', argv: ['/usr/bin/use', 'two words'], timeoutMs: 3000 },
            answer: 'exit 0',
          },
        ],
      },
    },
    description: 'Web server',
    machine: planOf(planned()).made_on,
    owners: [{ path: RECORD.path, user: 'web', group: null, mode: null, why: 'It changed hands here.' }],
  }
}
