import { expect, it } from 'vitest'
import { withLeftOut } from '../../../../src/session/stage/asked-rows.ts'
import { beginStage, type StageWork, toggle } from '../../../../src/session/stage/stage-work.ts'
import type { StageResult } from '../../../../src/session/walk/state.ts'
import { apacheLike } from '../../catalog/services.ts'

const asked = { skip: [], set: [{ key: 'ProtectHome', value: 'tmpfs' }] }
const work = beginStage('filesystem', apacheLike(), asked)
const kept: StageResult = { stage: 'filesystem', outcome: 'kept', before: 92, after: 49, kept: [] }
const skipped: StageResult = { ...kept, outcome: 'skipped', note: 'broke the service and was rolled back' }
const without = (broken: StageWork['broken']) => ({
  ...work,
  ticked: new Set([...work.ticked].filter((id) => id !== 'ProtectHome')),
  broken,
})
const old = beginStage('filesystem', { ...apacheLike(), systemd: 213 }, asked)

it.each<[string, StageResult, StageWork, string[] | undefined]>([
  ['is kept', kept, work, undefined],
  ['broke', kept, without(new Map([['ProtectHome', 'it died.']])), ['ProtectHome=tmpfs: it died']],
  [
    'was left out after a live failure',
    kept,
    without(new Map()),
    ['ProtectHome=tmpfs: it broke the service'],
  ],
  ['went with its stage', skipped, work, ['ProtectHome=tmpfs: broke the service and was rolled back']],
  ['was unticked by the person', kept, toggle(work, 'ProtectHome'), undefined],
  [
    'is unknown here',
    skipped,
    old,
    ['ProtectHome=tmpfs: systemd 213 does not know it: systemd 214 introduced it'],
  ],
])('names a setting that was asked for and %s', (_, result, now, leftOut) => {
  expect(withLeftOut(result, now, asked).leftOut).toEqual(leftOut)
})
