import type { Intent } from '../../src/session/walk/intent.ts'
import type { StageResult } from '../../src/session/walk/state.ts'
import { FakeSession } from './fake-session.ts'
import { moveProofs, unproven } from './moving-proofs.ts'
import { baseline, confirm, done, failed, keep, row, stage, trial } from './phases.ts'

const FIRST: StageResult = {
  stage: 'capabilities',
  outcome: 'kept',
  before: 92,
  after: 81,
  kept: ['NoNewPrivileges=yes', 'CapabilityBoundingSet=CAP_NET_BIND_SERVICE'],
}

/**
 * A walk without a machine: baseline, one stage that is kept, one that fails, the summary. Trials take `pace`
 * milliseconds a step.
 */
export function scriptedWalk(pace = 700): FakeSession {
  const session = new FakeSession(
    { at: 'looking', what: 'Looking at the processes of apache2.service' },
    {},
    answer,
  )
  setTimeout(() => session.show({ ...baseline, restarts: 'each stage' }), pace)

  const later = (steps: number, act: () => void) =>
    setTimeout(() => session.state().stopping ?? act(), pace * steps)

  const tryOut = (then: () => void) => {
    const phase = trial()
    session.show({ ...phase, steps: phase.steps.map((step) => ({ ...step, state: 'waiting' })) })
    for (let at = 0; at < 4; at++) {
      later(at + 1, () =>
        session.show({
          ...phase,
          steps: phase.steps.map((step, index) => ({
            ...step,
            state: index < at ? 'done' : index === at ? 'running' : 'waiting',
          })),
        }),
      )
    }
    later(5, then)
  }

  const syscalls = () =>
    session.show(
      stage({
        stage: 'syscalls',
        rows: [row('SystemCallFilter', '@system-service ~@privileged', { gain: 14 })],
        before: 71,
        predicted: 34,
      }),
    )

  function answer(fake: FakeSession, intent: Intent): void {
    const { phase } = fake.state()
    if (intent.do === 'interrupt') {
      fake.change({ stopping: 'Undoing: hardenctl restores the last proven state of the service' })
      setTimeout(() => fake.finish(130), pace * 2)
    } else if (intent.do === 'stop') {
      if (phase.at === 'done') fake.finish(0)
      else fake.show(done())
    } else if (phase.at === 'baseline') {
      if (intent.do === 'toggle-check')
        fake.show({
          ...phase,
          checks: phase.checks.map((each) =>
            each.id === intent.id ? { ...each, ticked: !each.ticked } : each,
          ),
        })
      if (intent.do === 'add-check')
        fake.show({
          ...phase,
          checks: [
            ...phase.checks,
            {
              id: intent.text,
              label: intent.text,
              ticked: true,
              request: { kind: 'command', argv: [intent.text], timeoutMs: 1 },
            },
          ],
        })
      if (intent.do === 'measure') {
        fake.show({ ...phase, measuring: true })
        later(1, () => {
          fake.remember(FIRST)
          fake.show(unproven(stage()))
          moveProofs(fake, pace)
        })
      }
      if (intent.do === 'toggle-restarts')
        fake.show({ ...phase, restarts: phase.restarts === 'once' ? 'each stage' : 'once' })
    } else if (phase.at === 'stage') {
      if (intent.do === 'toggle')
        fake.show({
          ...phase,
          rows: phase.rows.map((each) => (each.id === intent.id ? { ...each, ticked: !each.ticked } : each)),
        })
      if (intent.do === 'toggle-all')
        fake.show({
          ...phase,
          rows: phase.rows.map((each) => (each.unavailable ? each : { ...each, ticked: intent.ticked })),
        })
      if (intent.do === 'review') fake.show({ ...confirm, stage: phase.stage, rehearsal: phase.set })
      if (intent.do === 'skip-stage') fake.show(done())
    } else if (phase.at === 'confirm' && phase.stage !== 'all') {
      if (intent.do === 'back') fake.show(stage({ stage: phase.stage }))
      if (intent.do === 'apply') tryOut(() => fake.show(phase.stage === 'syscalls' ? failed() : keep()))
    } else if (phase.at === 'keep' && phase.stage !== 'all') {
      fake.remember({
        stage: phase.stage,
        outcome: 'kept',
        before: 81,
        after: 71,
        kept: ['ProtectSystem=strict', 'ProtectHome=yes'],
      })
      syscalls()
    } else if (phase.at === 'failed') {
      if (intent.do === 'choose-again') syscalls()
      else fake.show(done())
    }
  }

  return session
}
