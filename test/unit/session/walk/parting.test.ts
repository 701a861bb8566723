import { expect, it } from 'vitest'
import { STAGES } from '../../../../src/catalog/common/types.ts'
import { type Parting, partingLine } from '../../../../src/session/walk/parting.ts'

const UNDO = 'To undo: hardenctl undo srv'

it.each<[string, Partial<Parting>, string]>([
  ['nothing was looked at', { kept: undefined }, 'Nothing was changed. To try again: hardenctl srv'],
  ['nothing is kept', {}, 'Nothing is kept for srv. To walk again: hardenctl srv'],
  ['one stage', { kept: ['user'] }, `1 stage is kept for srv. To go on: hardenctl srv. ${UNDO}`],
  ['some', { kept: ['user', 'system'] }, `2 stages are kept for srv. To go on: hardenctl srv. ${UNDO}`],
  ['all', { kept: STAGES }, `All stages are kept for srv. To see them: hardenctl status srv. ${UNDO}`],
  [
    'all at once',
    { kept: ['all'] },
    `All stages are kept for srv. To see them: hardenctl status srv. ${UNDO}`,
  ],
  ['the undo is open', { undoOpen: true }, `srv needs you: systemctl status srv. ${UNDO}`],
])('the last line where %s', (_, over, line) => {
  expect(partingLine({ unit: 'srv.service', kept: [], undoOpen: false, ...over })).toBe(line)
})
