import { describe, expect, it } from 'vitest'
import { kindOfLine } from '../../../../src/trial/diagnosis/complaints.ts'
import { marksOf, notLeft } from '../../../../src/trial/health/left-behind.ts'
import { judgeRun, type SeenRun } from '../../../../src/trial/health/run.ts'
import type { UnitSnapshot } from '../../../../src/trial/health/unit-snapshot.ts'

const LAST: UnitSnapshot = {
  active: 'inactive',
  sub: 'dead',
  result: 'success',
  daemons: [],
  invocation: '0'.repeat(32),
  mainPid: 0,
  restarts: 0,
  busy: false,
  exitCode: 1,
  exitStatus: 0,
  statusText: '',
  group: '',
  processes: [],
}

const entry = (message: string, priority = 6) => ({
  time: 0,
  message,
  messageId: '',
  identifier: 'job',
  pid: 70,
  priority,
  fields: {},
})

const SEEN: SeenRun = {
  last: LAST,
  timedOut: false,
  limitMs: 10_000,
  rests: false,
  killed: [],
  unmet: false,
  said: [entry('12 files saved')],
  user: '',
}

const LEFT = marksOf([
  { path: '/var/backups/2026-11-26.tar', kind: 'f', owner: '0:0', mode: '640' },
  { path: '/var/spool/old', kind: 'gone', owner: '0:0', mode: '0' },
])

const ONESHOT = {
  user: '',
  lines: ['# files saved', kindOfLine('cannot lock /tmp/job.aB3xYz9k')],
  left: LEFT,
}

describe('a run of a oneshot', () => {
  it.each<[string, Partial<SeenRun>, string[]]>([
    ['that ended well', {}, []],
    ['that says the same with other numbers', { said: [entry('7 files saved')] }, []],
    ['that says something new without trouble', { said: [entry('nothing to do')] }, []],
    [
      'that tells of trouble and ends with success',
      { said: [entry('tar: /etc/shadow: Cannot open: Permission denied')] },
      ['a new kind of error line in its log: tar: /etc/shadow: Cannot open: Permission denied'],
    ],
    [
      'that tells of a usual trouble, with another name made by chance',
      { said: [entry('cannot lock /tmp/job.Qw8eRt2y')] },
      [],
    ],
    [
      'that logs a new line as an error',
      { said: [entry('oh dear', 3)] },
      ['a new kind of error line in its log: oh dear'],
    ],
    [
      'that failed',
      { last: { ...LAST, active: 'failed', result: 'exit-code', exitStatus: 2 } },
      ['the run failed (exit status 2)'],
    ],
    [
      'that was killed for a call',
      { last: { ...LAST, active: 'failed', result: 'signal' }, killed: ['tar (fchownat)'] },
      ['the kernel killed tar (fchownat): the system call is not allowed', 'the run failed (signal)'],
    ],
    ['that goes on', { timedOut: true }, ['the run did not end within 10 s']],
    [
      'that never began',
      { last: { ...LAST, invocation: '' }, unmet: true },
      ['it did not run: a Condition…= or Assert…= of the unit is not met'],
    ],
    ['that nobody asked for', { last: { ...LAST, invocation: '' }, rests: true }, []],
    [
      'that left nothing',
      { left: [] },
      ['it no longer removes /var/spool/old', 'it no longer leaves /var/backups/#-#-#.tar'],
    ],
  ])('%s', (_, seen, reasons) => {
    const found = judgeRun({ ...SEEN, ...seen }, ONESHOT).map(({ text }) => text)
    expect(found.sort()).toEqual([...reasons].sort())
  })

  it('is only held to its end before anything is known of it', () => {
    expect(judgeRun({ ...SEEN, said: [entry('failed')], left: [] }, { user: '' })).toEqual([])
  })
})

describe('what a run leaves behind', () => {
  const file = (over: Partial<Parameters<typeof marksOf>[0][number]>) =>
    marksOf([{ path: '/var/backups/2026-11-27.tar', kind: 'f', owner: '0:0', mode: '640', ...over }])
  const before = file({})

  it.each<[string, string[], boolean, string[]]>([
    ['the same on another day', file({ path: '/var/backups/2026-12-01.tar' }), true, []],
    ['more than before', [...file({}), ...file({ path: '/x' })], true, []],
    ['with another mode', file({ mode: '600' }), true, ['has mode 600, without the change 640']],
    ['with another owner', file({ owner: '33:33' }), true, ['belongs to 33:33, without the change to 0:0']],
    ['with another owner, as another user', file({ owner: '33:33' }), false, []],
    ['a folder in its place', file({ kind: 'd' }), true, ['is another kind of file']],
  ])('%s', (_, now, sameUser, words) => {
    const found = notLeft(before, now, sameUser).map(({ text }) => text)
    expect(found).toEqual(words.map((one) => `/var/backups/#-#-#.tar ${one}`))
  })
})
