import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import type { Phase } from '../../src/session/walk/state.ts'
import { widthOf } from '../../src/ui/text/lines.ts'
import { FakeSession } from './fake-session.ts'
import { unproven } from './moving-proofs.ts'
import { baseline, confirm, done, examples, failed, keep, learning, row, stage, trial } from './phases.ts'
import { stand } from './stand.tsx'

afterEach(cleanup)

const LONG = 'a reason that is far too long to stand in one line of any terminal '.repeat(4)

const phases: Phase[] = [
  ...Object.values(examples()),
  { ...baseline, restarts: 'once', problem: LONG },
  unproven(stage()),
  stage({ set: { state: 'proven' }, proving: true }),
  stage({ set: { state: 'breaks', reason: LONG } }),
  stage({
    set: { state: 'unprovable', reason: LONG },
    rows: Array.from({ length: 40 }, (_, index) =>
      row(`Setting${index}`, 'yes', {
        what: 'Long. '.repeat(80),
        caution: 'Take care.',
        proof: { state: 'breaks', reason: LONG },
      }),
    ),
  }),
  learning({ noCalls: LONG, until: Date.now() + 99_000 }),
  learning({
    lost: true,
    news: {
      ...learning().news,
      calls: Array.from({ length: 60 }, (_, at) => ({ name: `call_${at}`, by: LONG })),
      memory: ['node'],
    },
  }),
  stage({ stage: 'syscalls', learnable: true, learnedLive: LONG }),
  { ...confirm, dropIn: 'A=b\n'.repeat(60) },
  { ...confirm, stage: 'all', rehearsal: { state: 'breaks', reason: LONG } },
  trial({
    stage: 'all',
    steps: Array.from({ length: 40 }, (_, at) => ({
      id: `${at}`,
      label: `Step ${at}`,
      state: 'waiting' as const,
    })),
  }),
  keep({ proof: Array.from({ length: 40 }, (_, at) => `Proof ${at}`) }),
  keep({ stage: 'all', note: LONG }),
  keep({ login: { by: 'sshd' }, proof: Array.from({ length: 40 }, (_, at) => `Proof ${at}`) }),
  keep({ login: { by: 'sshd', seen: { user: 'somebody-with-a-long-name', at: 0 } } }),
  failed({
    mayInsist: true,
    journal: Array.from({ length: 60 }, (_, at) => `line ${at} ${'x'.repeat(200)}`),
  }),
  failed({ stage: 'all', reason: LONG }),
  done({ dropIn: 'A=b\n'.repeat(60) }),
]

const sizes = [
  { columns: 80, rows: 24 },
  { columns: 60, rows: 20 },
  { columns: 60, rows: 16 },
  { columns: 40, rows: 24 },
  { columns: 100, rows: 50 },
]

describe.each(sizes)('at $columns×$rows', (size) => {
  it.each(phases.map((phase) => [phase.at, phase] as const))('%s leaves a row free', async (_, phase) => {
    for (const target of ['live', 'rehearsal'] as const) {
      const shown = await stand(
        new FakeSession(phase.at === 'confirm' ? { ...phase, target: target } : phase, { target }),
        size,
      )
      expect(shown.lines().length).toBeLessThan(size.rows - 1)
      for (const line of shown.lines()) expect(widthOf(line)).toBeLessThanOrEqual(size.columns)
    }
  })

  it('adding a check leaves a row free', async () => {
    const session = new FakeSession({
      ...baseline,
      restarts: 'each stage',
      problem: 'It differed. '.repeat(8),
    })
    const shown = await stand(session, size)
    await shown.press('a', 'tcp:localhost:25')
    expect(shown.frame()).toContain('New check: tcp:localhost:25')
    expect(shown.lines().length).toBeLessThan(size.rows - 1)
  })
})
