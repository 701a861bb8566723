import { afterEach, describe, expect, it } from 'vitest'
import type { Lab } from '../lab/kit/lab.ts'
import { labTitle, skipLab } from '../lab/kit/lab-problem.ts'
import { answerOf, bootSubject, exposureOf, type Subject, show } from '../lab/kit/subjects.ts'
import { sayYes } from './say-yes.ts'

const PATIENCE_MS = 60_000
const WALK_MS = 230_000
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
  const terminal = lab.spawnPty(['hardenctl', name, ...more], { columns: 60, rows: 20 })
  await sayYes(terminal, WALK_MS)
  expect((await terminal.ended(PATIENCE_MS)).exitCode).toBe(0)
  expect(terminal.history().join('\n')).toMatch(/hardenctl undo/)
  expect(await exposureOf(lab, name)).toBeLessThanOrEqual(most)
  expect(await answerOf(lab)).toBe(answer)
  expect(await mainProcess(name)).toEqual({ user: expect.not.stringMatching(/^0$/), effective: BIND_ONLY })
  expect((await lab.run(['hardenctl', 'status', name])).exitCode).toBe(0)
  expect(terminal.written()).not.toContain('\u001b[3J')
}

/** A whole walk by keys over each of these, on a small terminal. */
export function describeWalksByKeys(subjects: readonly Subject[]): void {
  describe.skipIf(skipLab())(labTitle('the wizard by keys on a real terminal'), () => {
    afterEach(() => lab?.stop())
    it.each(subjects)('takes $name on $suite as far as --yes does', { timeout: 240_000 }, walkWhole)
  })
}
