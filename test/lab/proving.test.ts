import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Terminal } from '../terminal/driver.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { list } from './kit/listing.ts'
import { answerOf, show } from './kit/subjects.ts'

/** How long after the first proofs began; several clones are at work by then. */
const MOMENTS = [0, 2500]

interface Ended {
  how: string
  end(lab: Lab, wizard: Terminal): Promise<unknown>
}

const ENDS: readonly Ended[] = [
  { how: 'a closed line', end: async (_, wizard) => wizard.hangUp() },
  { how: 'kill -9', end: (lab) => lab.run(['pkill', '-KILL', '-f', 'hardenctl']) },
]

const labs: Lab[] = []

/** Mounts, cgroups, units and files; the folder of hardenctl's own state is not the clones'. */
async function machineOf(lab: Lab) {
  const { files, machine } = await list(lab, 'nginx')
  const others = Object.entries(files).filter(
    ([path]) => !/^\/(var\/lib\/hardenctl|run\/systemd\/transient)/.test(path),
  )
  return { files: Object.fromEntries(others), machine }
}

async function openAtProofs(): Promise<{ lab: Lab; wizard: Terminal; before: unknown; identity: string }> {
  const lab = await bootLab({ services: ['nginx'] })
  labs.push(lab)
  await lab.output(['systemd-run', '--quiet', '--collect', 'true'])
  const before = await machineOf(lab)
  const identity = await show(lab, 'nginx', 'InvocationID')
  const wizard = lab.spawnPty(['hardenctl', 'nginx'], { columns: 80, rows: 24 })
  await wizard.waitFor('Enter measure', 30_000)
  await wizard.press('enter')
  await wizard.waitFor('being proven', 60_000)
  return { lab, wizard, before, identity }
}

afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.stop()))
})

const title = labTitle('proofs under way')

describe.skipIf(skipLab())(title, () => {
  it.each(ENDS)('leave nothing behind after $how, at any moment', async ({ end }) => {
    for (const moment of MOMENTS) {
      const { lab, wizard, before, identity } = await openAtProofs()
      await pause(moment)
      await end(lab, wizard)
      await expect.poll(() => machineOf(lab), { timeout: 20_000, interval: 300 }).toEqual(before)
      expect(await show(lab, 'nginx', 'InvocationID')).toBe(identity)
    }
  })

  it('go on in another clone when one is stopped under them', async () => {
    const { lab, wizard, identity } = await openAtProofs()
    await lab.run(['systemctl', 'stop', 'hardenctl-clone-*'])
    await wizard.waitFor('Together: proven in a clone', 60_000)
    expect(await show(lab, 'nginx', 'InvocationID')).toBe(identity)
    expect(await answerOf(lab)).toBe('200')
  })
})
