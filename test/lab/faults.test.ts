import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FaultKind } from './faults/fault-kind.ts'
import { FAULT_KINDS } from './faults/fault-kinds.ts'
import { FAULT_SUBJECTS, type FaultSubject, listFor, runFault, undoAll } from './faults/fault-run.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import type { Listing } from './kit/listing.ts'

const NGINX = FAULT_SUBJECTS.find(({ unit }) => unit === 'nginx.service') as FaultSubject
/** The user switch, which hands files over, has the most to undo. No filter: other labs run beside this one. */
const SUBJECT = { ...NGINX, options: ['--stages', 'user,filesystem', '--watch-seconds', '1'] }
const kind = (name: string) => FAULT_KINDS.find((one) => one.name === name) as FaultKind

/** A few of what `npm run faults` plays, one after another in one lab; kills and signals are in survival.test.ts. */
const POINTS = [
  ['health', 'power cut'],
  ['verify', '/run full'],
  ['commit', '/etc read-only'],
  ['restart', 'the administrator adds a drop-in'],
  ['health', 'somebody restarts the service'],
  ['settle', '/var/lib/hardenctl read-only'],
  ['verify', 'somebody stops the service'],
  ['recheck', 'the administrator edits the trial’s drop-in'],
  ['restart', 'the unit vanishes'],
  ['restart', 'the unit vanishes while it starts'],
] as const

describe.skipIf(skipLab())(labTitle('faults at the steps of a walk'), () => {
  let lab: Lab
  let first: Listing

  beforeAll(async () => {
    lab = await bootLab(SUBJECT.wish)
    first = await listFor(lab, SUBJECT.unit)
  })
  afterAll(() => lab?.stop())

  it.each(POINTS)('before "%s": %s', { timeout: 300_000 }, async (step, name) => {
    const result = await runFault(lab, SUBJECT, { step, kind: kind(name) })
    expect(result.stage, result.said).toBeDefined()
    expect(result.lost, result.said).toEqual([])
    // Nor is anything left that an undo does not take back, and the next one meets a service as it was.
    expect(await undoAll(lab, SUBJECT, first, true)).toEqual([])
  })
})
