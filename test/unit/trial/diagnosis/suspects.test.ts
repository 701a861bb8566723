import { expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import { remedyId } from '../../../../src/catalog/common/remedy.ts'
import { toggle } from '../../../../src/catalog/common/toggle.ts'
import type { Directive } from '../../../../src/catalog/common/types.ts'
import { CATALOG } from '../../../../src/catalog/index.ts'
import type { FailedCall } from '../../../../src/observe/trace/learned.ts'
import { parseJournal } from '../../../../src/systemd/log/journal.ts'
import { diagnose } from '../../../../src/trial/diagnosis/diagnosis.ts'
import type { FailureEvidence } from '../../../../src/trial/diagnosis/failure-evidence.ts'
import { refusedCalls } from '../../../../src/trial/diagnosis/refused-calls.ts'
import { GROUPS } from '../../catalog/build-facts.ts'
import { ended } from './ended.ts'

/** No systemd has it; all that is known of it is this entry. */
const MADE_UP: Directive = toggle({
  key: 'ProtectTape',
  stage: 'system',
  since: 300,
  what: 'Hides the tapes.',
  breaks: 'What plays them.',
  wins: 'Silence.',
  forbids: 'keyring',
  hides: { paths: /^\/tape(?:\/|$)/, remedy: 'step-down' },
  failsWith: { says: /no tape in the drive/, signals: [12], exits: [299] },
  evidence: () => [],
})
const catalog = [...CATALOG, MADE_UP]
const SET = [service('ProtectTape', 'yes')]

const failed = (name: string, error: string, more: Partial<FailedCall>): FailedCall => ({
  name,
  error,
  sightings: [{ program: '/usr/bin/player', phase: 'start', count: 1 }],
  ...more,
})

it.each<[string, FailedCall, string[]]>([
  ['what it forbids', failed('keyctl', 'EPERM', { needs: ['keyring'] }), ['drop ProtectTape']],
  ['what it hides', failed('openat', 'ENOENT', { path: '/tape/1' }), ['step-down ProtectTape']],
  ['a path that is not below it', failed('openat', 'ENOENT', { path: '/tapes/1' }), []],
  ['an error that is no refusal', failed('keyctl', 'EINVAL', { needs: ['keyring'] }), []],
])('a refused call is laid to an entry by %s', (_, call, remedies) => {
  expect(refusedCalls([call], SET, [], catalog).remedies.map(remedyId)).toEqual(remedies)
  expect(refusedCalls([call], [], [], catalog).remedies).toEqual([])
})

function evidence(said: string, exitCode = 0, exitStatus = 0): FailureEvidence {
  return {
    reasons: [],
    last: ended(exitCode, exitStatus),
    journal: parseJournal(JSON.stringify({ MESSAGE: said, SYSLOG_IDENTIFIER: 'player' })),
    records: [],
    assignments: SET,
    capabilities: [],
    groups: GROUPS,
  }
}

it.each<[string, FailureEvidence, string[]]>([
  ['a line of the journal', evidence('error: no tape in the drive'), ['drop ProtectTape']],
  ['the signal that ended it', evidence('', 2, 12), ['drop ProtectTape']],
  ["systemd's exit status", evidence('', 1, 299), ['drop ProtectTape']],
  ['nothing of the kind', evidence('the tape plays', 1, 12), []],
])('a failure is laid to an entry by %s', (_, seen, remedies) => {
  expect(diagnose(seen, catalog).remedies.map(remedyId)).toEqual(remedies)
  expect(diagnose({ ...seen, assignments: [] }, catalog).remedies).toEqual([])
})
