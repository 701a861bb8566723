import { expect, it } from 'vitest'
import { ageWords, proofAge, proofWords } from '../../../../src/session/overview/proof-age.ts'
import type { KeptStage } from '../../../../src/session/store/store.ts'
import { memoryHost } from '../../observe/memory-host.ts'

const STAGE: KeptStage = {
  stage: 'system',
  assignments: [],
  records: [],
  before: 92,
  after: 50,
  at: '2026-11-26T06:00:00.000Z',
}
const PROVEN = { ...STAGE, proof: { clone: true, checks: 2, exercises: 1 } }

it.each([
  ['in a clone', [PROVEN], 'Proven in a clone first, and live by a restart, 2 checks and 1 exercise.'],
  [
    'by the weakest of all stages',
    [PROVEN, { ...STAGE, proof: { clone: false, checks: 1, exercises: 0 } }],
    'Proven live by a restart, 1 check and no exercises.',
  ],
  ['by an older hardenctl', [PROVEN, STAGE], 'Unknown by what it was proven: an older hardenctl kept it.'],
])('tells what was proven %s', (_, kept, words) => {
  expect(proofWords(kept)).toBe(words)
})

it('does not know the age of what an older hardenctl kept', async () => {
  const state = { version: 1, unit: 'x.service', started: '', stock: 92, kept: [STAGE] } as const
  const age = await proofAge(memoryHost({ files: {} }), { ...state, kept: [STAGE] })
  expect(ageWords(age)).toBe('Unknown whether the proof is older than what it was made with.')
})
