import { describe, expect, it } from 'vitest'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import { lowDiskSpace } from '../../../../src/trial/transaction/preconditions.ts'

const df = (...free: (number | string)[]) => ['  Avail', ...free].join('\n')

describe('room for a trial', () => {
  it.each([
    [df(20480, 256, 256), undefined],
    [df(20479, 256, 256), '/run has only 20479 KiB free, a trial needs 20480'],
    [df(' 900000', '  0', '5000'), '/etc has only 0 KiB free, a trial needs 256'],
    [df(900000, 900000, 12), '/var/lib has only 12 KiB free'],
  ])('of %j: %s', (text, said) => {
    if (said === undefined) expect(lowDiskSpace(SYSTEM_MANAGER, text)).toBeUndefined()
    else expect(lowDiskSpace(SYSTEM_MANAGER, text)).toContain(said)
  })

  it('is not refused where df could not be asked', () => {
    expect(lowDiskSpace(SYSTEM_MANAGER, '')).toBeUndefined()
    expect(lowDiskSpace(SYSTEM_MANAGER, df('-', '-', '-'))).toBeUndefined()
  })
})
