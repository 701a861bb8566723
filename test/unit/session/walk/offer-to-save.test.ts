import { expect, it } from 'vitest'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import type { WalkBeginning } from '../../../../src/session/walk/context.ts'
import { offerToSave } from '../../../../src/session/walk/offer-to-save.ts'
import { parseCheck } from '../../../../src/trial/health/check.ts'
import { saveFile } from '../../../../src/trial/health/save-checks.ts'
import { machine } from '../../trial/health/root-files.ts'

const UNIT = 'x.service'
const GIVEN = [parseCheck('tcp:127.0.0.1:25')]

/** One offer to a person who says yes or no, or, with --yes, to nobody. */
async function offered(who: 'yes' | 'no' | 'nobody', saveChecks = false, files: Record<string, string> = {}) {
  const { host } = machine(files)
  const asked: string[][] = []
  const context = {
    live: host,
    subject: { unit: UNIT },
    options: { saveChecks, keepSeconds: who === 'nobody' ? 0 : 30 },
    signal: new AbortController().signal,
    ask: async ({ text }: { text: string[] }) => {
      asked.push(text)
      return { do: 'answer', yes: who === 'yes' }
    },
  } as unknown as WalkBeginning
  const notes = await offerToSave(context, GIVEN)
  return { notes, asked, saved: files[saveFile(SYSTEM_MANAGER, UNIT)] !== undefined }
}

it('asks a person, names what would be saved and where, and does as told', async () => {
  const yes = await offered('yes')
  expect(yes.saved).toBe(true)
  expect(yes.asked.flat().join(' ')).toMatch(/connect to 127\.0\.0\.1 port 25 .*checks\.d\/x\.service/)
  expect(yes.notes).toEqual([expect.stringMatching(/^Saved in .*connect to 127\.0\.0\.1 port 25/)])
  expect(await offered('no')).toMatchObject({ saved: false, notes: [] })
})

it('saves without a person only by --save-checks, and says how where it does not', async () => {
  expect(await offered('nobody', true)).toMatchObject({ saved: true, asked: [] })
  const silent = await offered('nobody')
  expect(silent).toMatchObject({ saved: false, asked: [] })
  expect(silent.notes).toEqual([expect.stringContaining('--save-checks')])
})

it('has nothing to say of what is saved already', async () => {
  const files = { [saveFile(SYSTEM_MANAGER, UNIT)]: 'Check=tcp:127.0.0.1:25\n' }
  expect(await offered('yes', false, files)).toMatchObject({ notes: [], asked: [] })
})
