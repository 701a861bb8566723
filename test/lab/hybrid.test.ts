import { afterEach, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { list } from './kit/listing.ts'
import { comparable, leftovers } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

let lab: Lab | undefined
afterEach(() => lab?.stop())

/** Walks nginx to its first stage, undoes it, and holds the lab to what it was before: all hierarchies are listed. */
async function walkAndUndo(cgroups: 'hybrid' | 'legacy'): Promise<string> {
  lab = await bootLab({ cgroups, services: ['nginx'] })
  const before = comparable(await list(lab, 'nginx'))
  const { stdout, kept } = await walked(lab, 'nginx', ['--stages', 'capabilities'])
  expect(kept).toContain('CapabilityBoundingSet=')
  expect(await leftovers(lab)).toEqual([])
  expect((await lab.run(['hardenctl', 'status', 'nginx'])).exitCode).toBe(0)
  // A minute and a half, if PID 1 waits for a process of the undo script.
  const undo = await lab.run(['hardenctl', 'undo', 'nginx'], { timeoutMs: 30_000 })
  expect(undo, undo.stdout).toMatchObject({ exitCode: 0, stderr: '' })
  expect(undo.stdout).toContain('3 processes, at rest, none killed')
  expect(undo.stdout).toContain('http://127.0.0.1/: 200, as before')
  expect(comparable(await list(lab, 'nginx'))).toEqual(before)
  return stdout
}

describe.skipIf(skipLab())(labTitle('a host with control groups of version 1'), () => {
  it('beside those of version 2 is cloned, walked and undone', async () => {
    const stdout = await walkAndUndo('hybrid')
    expect(stdout).toContain('(rehearsed first in a clone: restart, reload, stop')
  })

  it('alone is walked live and undone, and says why it is not cloned', async () => {
    const stdout = await walkAndUndo('legacy')
    expect(stdout).toContain(
      'No clone can prove anything: systemd uses cgroup v1 alone here, and a clone needs v2. Each stage is tried on the live service alone.',
    )
  })
})
