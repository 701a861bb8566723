import { expect, it } from 'vitest'
import { STAGES } from '../../../../src/catalog/common/types.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import { type Parting, partingLine } from '../../../../src/session/walk/parting.ts'

const UNDO = 'To undo: hardenctl undo srv'

it.each<[string, Partial<Parting>, string]>([
  ['nothing was looked at', { kept: undefined }, 'Nothing was changed. To try again: hardenctl srv'],
  ['nothing is kept', {}, 'Nothing is kept for srv. To walk again: hardenctl srv'],
  ['one stage', { kept: ['user'] }, `Kept for srv: 1 stage. To go on: hardenctl srv. ${UNDO}`],
  ['some', { kept: ['user', 'system'] }, `Kept for srv: 2 stages. To go on: hardenctl srv. ${UNDO}`],
  ['all', { kept: STAGES }, `Kept for srv: all stages. To see them: hardenctl status srv. ${UNDO}`],
  ['all at once', { kept: ['all'] }, `Kept for srv: all stages. To see them: hardenctl status srv. ${UNDO}`],
  ['the undo is open', { undoOpen: true }, `srv needs you: systemctl status srv. ${UNDO}`],
])('the last line where %s', (_, over, line) => {
  expect(
    partingLine({ words: SYSTEM_MANAGER.words, unit: 'srv.service', kept: [], undoOpen: false, ...over }),
  ).toBe(line)
})
