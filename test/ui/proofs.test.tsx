import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Proof } from '../../src/session/walk/rows.ts'
import type { StagePhase } from '../../src/session/walk/state.ts'
import { FakeSession } from './fake-session.ts'
import { moveProofs, nextProof, unproven } from './moving-proofs.ts'
import { stage } from './phases.ts'
import { DOWN, ENTER, type Stand, stand } from './stand.tsx'

afterEach(cleanup)

function settled(): StagePhase {
  let phase = unproven(stage())
  while (phase.proving) phase = nextProof(phase)
  return phase
}

function withProof(key: string, proof: Proof, ticked = true): StagePhase {
  const phase = stage()
  return { ...phase, rows: phase.rows.map((row) => (row.key === key ? { ...row, ticked, proof } : row)) }
}

/** The row the cursor is on. */
function here(shown: Stand): string {
  return shown.lines().filter((line) => line.startsWith('▸'))[0] ?? ''
}

/** The line that tells of the ticked rows as a whole. */
function together(shown: Stand): string {
  return shown.lines().find((line) => line.includes('Together:')) ?? ''
}

describe('rows being proven', () => {
  it('are told apart without colour', async () => {
    const session = new FakeSession(unproven(stage()))
    const shown = await stand(session)
    expect(shown.frame()).toMatch(/ProtectSystem=strict .*· waiting$/m)
    await shown.show({ phase: nextProof(nextProof(unproven(stage()))) })
    expect(shown.frame()).toMatch(/ProtectSystem=strict .*… being proven$/m)
    await shown.show({ phase: settled() })
    expect(shown.frame()).toMatch(/ProtectSystem=strict .*✔ proven$/m)
    expect(shown.frame()).toMatch(/PrivateDevices=yes .*✖ BREAKS: exit status 226/m)
    expect(shown.frame()).toMatch(/ProcSubset=pid .*\? not provable/m)
    expect(shown.frame()).toMatch(/^ {6}PrivateTmp=yes +in force$/m)
  })

  it('say at 60 columns how they stand, and in the details why', async () => {
    const size = { columns: 60, rows: 24 }
    const shown = await stand(new FakeSession(settled()), size)
    expect(shown.frame()).toMatch(/ProtectSystem=strict .*✔ proven$/m)
    expect(shown.frame()).toMatch(/PrivateDevices=yes .*✖ BREAKS$/m)
    expect(shown.frame()).toMatch(/ProcSubset=pid .*\? not provable$/m)
    await shown.press(DOWN.repeat(3), 'd')
    const words = () => shown.frame().replace(/\s+/g, ' ')
    expect(words()).toContain('Proof breaks in a clone: exit status 226 at the start')
    await shown.press('x', DOWN, 'd')
    expect(words()).toContain('not provable in a clone: a clone shows no processes of the host')
  })

  it('keep a caution in sight', async () => {
    const shown = await stand(new FakeSession(withProof('ProcSubset', { state: 'proven' })))
    expect(shown.frame()).toMatch(/ProcSubset=pid .*✔ proven, caution$/m)
  })

  it('warn of one that breaks only while it is ticked', async () => {
    const breaks: Proof = { state: 'breaks', reason: 'exit status 226' }
    const shown = await stand(new FakeSession(withProof('PrivateDevices', breaks)))
    await shown.press(DOWN.repeat(3))
    expect(shown.frame()).toMatch(/\[x\] PrivateDevices=yes .*✖ BREAKS: exit status 226$/m)
    expect(shown.frame()).toContain('! 4 of 5 ticked, 1 of them breaks.')
    expect(shown.frame()).toContain('Insisted on   The row is ticked although it breaks')
    await shown.show({ phase: withProof('PrivateDevices', breaks, false) })
    expect(shown.frame()).toMatch(/\[ \] PrivateDevices=yes .*✖ breaks: exit status 226$/m)
    expect(shown.frame()).toContain(' 3 of 5 ticked.')
    expect(shown.frame()).not.toContain('Insisted on')
  })

  it('are left out when all others are ticked, so that "a" unticks', async () => {
    const session = new FakeSession({
      ...stage(),
      rows: stage().rows.map((row) => ({
        ...row,
        ticked: row.key !== 'PrivateDevices',
        proof: row.key === 'PrivateDevices' ? { state: 'breaks', reason: 'no answer' } : { state: 'proven' },
      })),
    })
    const shown = await stand(session)
    await shown.press('a')
    expect(session.intents).toEqual([{ do: 'toggle-all', ticked: false }])
  })
})

describe('while proofs move', () => {
  it('keys count at once and the cursor stays', async () => {
    const session = new FakeSession(unproven(stage()))
    const shown = await stand(session)
    await shown.press(DOWN, DOWN)
    for (let phase = unproven(stage()); phase.proving; phase = nextProof(phase)) {
      session.show(phase)
      await shown.type(' ')
      expect(here(shown)).toContain('ProtectHome=yes')
    }
    expect(session.intents).toEqual(Array(7).fill({ do: 'toggle', id: 'row-ProtectHome' }))
  })

  it('no key of a bunch is lost or meant for another row', async () => {
    const session = new FakeSession(unproven(stage()))
    const shown = await stand(session)
    await shown.press()
    moveProofs(session, 7)
    await shown.type(`${DOWN} ${DOWN}${DOWN} ${ENTER}`)
    await vi.waitFor(() =>
      expect(session.intents).toEqual([
        { do: 'toggle', id: 'row-ReadWritePaths' },
        { do: 'toggle', id: 'row-PrivateDevices' },
        { do: 'review' },
      ]),
    )
    expect(here(shown)).toContain('PrivateDevices=yes')
  })

  it('the cursor follows its row when rows change their value or their place', async () => {
    const session = new FakeSession(stage())
    const shown = await stand(session)
    await shown.press(DOWN, DOWN)
    const relaxed = stage().rows.map((row) =>
      row.key === 'ProtectHome' ? { ...row, value: 'read-only' } : row,
    )
    await shown.show({ phase: stage({ rows: relaxed.toReversed() }) })
    expect(here(shown)).toContain('ProtectHome=read-only')
    await shown.type(' ')
    expect(session.intents).toEqual([{ do: 'toggle', id: 'row-ProtectHome' }])
  })

  it('the cursor stays on the first row too, and in its place when its row is gone', async () => {
    const shown = await stand(new FakeSession(stage()))
    const { rows } = stage()
    await shown.show({ phase: stage({ rows: rows.toReversed() }) })
    expect(here(shown)).toContain('ProtectSystem')
    await shown.show({ phase: stage({ rows }) })
    await shown.show({ phase: stage({ rows: rows.filter(({ key }) => key !== 'ProtectSystem') }) })
    expect(here(shown)).toContain('ReadWritePaths')
  })

  it('an open page of details tells the newest', async () => {
    const phase = withProof('ProtectSystem', { state: 'proving' })
    const shown = await stand(new FakeSession(phase))
    await shown.press('d')
    expect(shown.frame()).toContain('Proof         being proven in a clone')
    await shown.show({ phase: withProof('ProtectSystem', { state: 'breaks', reason: 'exit status 200' }) })
    expect(shown.frame()).toContain('Details of ProtectSystem')
    expect(shown.frame()).toContain('Proof         breaks in a clone: exit status 200')
  })
})

describe('the ticked rows together', () => {
  it.each<[Proof, string]>([
    [{ state: 'waiting' }, '4 of 5 ticked. Together: waiting to be proven in a clone.'],
    [{ state: 'proving' }, '4 of 5 ticked. Together: being proven in a clone.'],
    [{ state: 'proven' }, '4 of 5 ticked. Together: proven in a clone: restart, reload, stop and start.'],
    [{ state: 'breaks', reason: 'no answer' }, '4 of 5 ticked. Together: breaks in a clone: no answer.'],
    [
      { state: 'unprovable', reason: 'no room below /run' },
      '4 of 5 ticked. Together: not provable in a clone: no room below /run.',
    ],
  ])('%o', async (set, wanted) => {
    const shown = await stand(
      new FakeSession({ ...withProof('PrivateDevices', { state: 'none' }), set, proving: false }),
    )
    expect(together(shown)).toBe(wanted)
  })

  it('count the rows while these are proven, and only then', async () => {
    const shown = await stand(new FakeSession(nextProof(unproven(stage()))))
    expect(together(shown)).toBe('4 of 5 ticked. Together: being proven in a clone. Rows: 0 of 5 done.')
    await shown.show({ phase: nextProof(nextProof(nextProof(unproven(stage())))) })
    expect(together(shown)).toBe('4 of 5 ticked. Together: proven in a clone. Rows: 1 of 5 done.')
    await shown.show({ phase: settled() })
    expect(together(shown)).not.toContain('Rows:')
  })

  it('say the whole reason at 60 columns too', async () => {
    const set: Proof = { state: 'breaks', reason: 'the answer of http://127.0.0.1/ was 403 and not 200' }
    const phase = { ...withProof('PrivateDevices', { state: 'none' }), set }
    const shown = await stand(new FakeSession(phase), { columns: 60, rows: 20 })
    expect(shown.frame().replace(/\n/g, ' ')).toContain(
      'Together: breaks in a clone: the answer of http://127.0.0.1/ was 403 and not 200.',
    )
  })

  it('say nothing of clones where none are made', async () => {
    const rows = stage().rows.map((row) => ({ ...row, proof: { state: 'none' as const } }))
    const shown = await stand(new FakeSession(stage({ rows })))
    expect(shown.frame()).toContain(
      'Limits the files that the service may read, write and run. 4 of 5 ticked.',
    )
    expect(shown.frame()).not.toMatch(/clone|Together|prove|Proof/)
    await shown.press('?')
    expect(shown.frame()).not.toContain('not provable')
  })

  it('do not move the list when a question is asked in their place', async () => {
    const shown = await stand(new FakeSession(settled()))
    await shown.press()
    const before = shown.lines().findIndex((line) => line.startsWith('▸'))
    await shown.press('s')
    expect(shown.frame()).toContain('Press s again')
    expect(shown.lines().findIndex((line) => line.startsWith('▸'))).toBe(before)
  })
})
