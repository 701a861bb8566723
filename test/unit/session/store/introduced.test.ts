import { describe, expect, it } from 'vitest'
import type { Host } from '../../../../src/host/host.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import { renameOldStamp, wasIntroduced } from '../../../../src/session/store/introduced.ts'
import { stateFolder } from '../../../../src/trial/transaction/trial-paths.ts'
import { type Entry, memoryHost } from '../../observe/memory-host.ts'

const NOW = '/var/lib/hardenctl/.introduced'
const EARLIER = '/var/lib/hardenctl/introduced'

/** A host on which files can be written and removed. */
function writableHost(files: Record<string, Entry>): Host {
  return {
    ...memoryHost({ files }),
    makeDirectory: async () => undefined,
    write: async (path, text) => {
      files[path] = text
    },
    remove: async (path) => delete files[path],
  }
}

describe('the stamp that somebody has read the introduction', () => {
  it('stands where no unit has its folder', () => {
    expect([
      stateFolder(SYSTEM_MANAGER, 'introduced.service'),
      stateFolder(SYSTEM_MANAGER, '.introduced.service'),
    ]).not.toContain(NOW)
  })

  it('of an earlier name counts, and makes way for the folder of a unit', async () => {
    const files: Record<string, Entry> = { [EARLIER]: '' }
    const host = writableHost(files)
    expect(await wasIntroduced(host)).toBe(true)
    await renameOldStamp(host)
    expect(Object.keys(files)).toEqual([NOW])
    expect(await wasIntroduced(host)).toBe(true)
  })

  it('is not the folder of a unit of the same name', async () => {
    const files: Record<string, Entry> = { [`${EARLIER}/state.json`]: '{}' }
    const host = writableHost(files)
    await renameOldStamp(host)
    expect(await wasIntroduced(host)).toBe(false)
    expect(Object.keys(files)).toEqual([`${EARLIER}/state.json`])
  })

  it('of another user than root does not count', async () => {
    expect(await wasIntroduced(memoryHost({ files: { [NOW]: { stat: { uid: 1000 } } } }))).toBe(false)
  })
})
