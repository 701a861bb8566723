import { describe, expect, it } from 'vitest'
import { editedKept } from '../../../../src/trial/transaction/foreign-changes.ts'
import { memoryHost } from '../../observe/memory-host.ts'

const PATH = '/etc/systemd/system/x.service.d/zz-hardenctl-kept.conf'
const PARTS = [
  { comment: ['why'], assignments: [{ section: 'Service' as const, key: 'UMask', value: '0077' }] },
]
const WRITTEN = '# Made by hardenctl\n# trial 0123\n\n[Service]\n# another why\nUMask=0077\n'

describe('the kept drop-in', () => {
  it.each([
    ['as it was written', WRITTEN, PARTS, undefined],
    ['with other comments', '[Service]\nUMask=0077', PARTS, undefined],
    ['with a line more', `${WRITTEN}Nice=5\n`, PARTS, 'differs from what hardenctl wrote'],
    ['with a line less', '[Service]\n', PARTS, 'differs from what hardenctl wrote'],
    ['that is gone', undefined, PARTS, 'is gone'],
    ['that nothing is remembered of', WRITTEN, [], 'differs from what hardenctl wrote'],
    ['that was never there', undefined, [], undefined],
  ])('%s', async (_, text, parts, said) => {
    const host = memoryHost({ files: text === undefined ? {} : { [PATH]: text } })
    const edited = await editedKept(host, 'x.service', parts)
    expect(edited).toBe(said === undefined ? undefined : `${PATH} ${said}`)
  })
})
