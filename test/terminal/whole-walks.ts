import { afterEach, describe, expect, it } from 'vitest'
import type { Lab } from '../lab/kit/lab.ts'
import { labTitle, skipLab } from '../lab/kit/lab-problem.ts'
import { answerOf, bootSubject, exposureOf, type Subject, show } from '../lab/kit/subjects.ts'
import { sayYes } from './say-yes.ts'

const PATIENCE_MS = 60_000
const WALK_MS = 300_000
/** What a stage says while clones still try its rows. */
const PROGRESS = /Rows: \d+ of \d+ done/
/** CAP_NET_BIND_SERVICE alone. */
const BIND_ONLY = '0000000000000400'

let lab: Lab

async function mainProcess(unit: string): Promise<{ user: string; effective: string }> {
  const status = await lab.output(['cat', `/proc/${await show(lab, unit, 'MainPID')}/status`])
  const uid = /^Uid:\s+(\d+)/m.exec(status)?.[1] ?? '0'
  return { user: uid, effective: /^CapEff:\s+(\w+)/m.exec(status)?.[1] ?? '' }
}

async function walkWhole(subject: Subject): Promise<void> {
  const { name, most, answer, rehearse } = subject
  lab = await bootSubject(subject)
  const more = rehearse ? [] : ['--no-rehearsal', '--watch-seconds', '2']
  // On the small one there is no room to say how far the proofs are.
  const size = rehearse ? { columns: 100, rows: 30 } : { columns: 60, rows: 20 }
  const terminal = lab.spawnPty(['hardenctl', name, ...more], size)
  await sayYes(terminal, WALK_MS, async (question) => {
    // Enter takes the rows as they are: who does not wait for the clones, as --yes does, gets no tighter value.
    if (question === 'Enter review') await terminal.waitUntilGone(PROGRESS, WALK_MS)
  })
  expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(0)
  expect(terminal.history().join('\n')).toMatch(/hardenctl undo/)
  expect(await exposureOf(lab, name)).toBeLessThanOrEqual(most)
  expect(await answerOf(lab)).toBe(answer)
  expect(await mainProcess(name)).toEqual({ user: expect.not.stringMatching(/^0$/), effective: BIND_ONLY })
  expect((await lab.run(['hardenctl', 'status', name])).exitCode).toBe(0)
  expect(terminal.written()).not.toContain('\u001b[3J')
}

/** A whole walk by keys over each of these, on a small terminal where no clone is asked. */
export function describeWalksByKeys(subjects: readonly Subject[]): void {
  describe.skipIf(skipLab())(labTitle('the wizard by keys on a real terminal'), () => {
    afterEach(() => lab?.stop())
    it.each(subjects)('takes $name on $suite as far as --yes does', { timeout: 310_000 }, walkWhole)
  })
}
