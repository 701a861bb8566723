import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it } from 'vitest'
import { widthOf } from '../../src/ui/text/lines.ts'
import { FakeSession } from './fake-session.ts'
import { baseline } from './phases.ts'
import { ENTER, stand } from './stand.tsx'

afterEach(cleanup)

const looking = { at: 'looking', what: 'Looking at the service' } as const
const introduced = (phase: ConstructorParameters<typeof FakeSession>[0]) =>
  new FakeSession(phase, { introducing: true })

describe('the introduction', () => {
  it('tells all of it at 80×24, and what goes on behind it', async () => {
    const { frame } = await stand(introduced(looking))
    for (const label of ['What happens', 'How long', 'What is safe', 'Way out'])
      expect(frame()).toContain(label)
    expect(frame().replaceAll(/\s+/g, ' ')).toContain('hardenctl undo apache2')
    expect(frame()).toContain('Meanwhile: Looking at the service')
    expect(frame()).not.toContain('scroll')
  })

  it.each([
    [80, 24],
    [60, 20],
    [40, 16],
  ])('leaves a row free at %i×%i', async (columns, rows) => {
    const shown = await stand(introduced(looking), { columns, rows })
    expect(shown.lines().length).toBeLessThan(rows - 1)
    for (const line of shown.lines()) expect(widthOf(line)).toBeLessThanOrEqual(columns)
  })

  it('stays while the walk comes to its first question, which no key for it answers', async () => {
    const session = introduced(looking)
    const shown = await stand(session)
    await shown.show({ phase: baseline })
    expect(shown.frame()).toContain('It has looked.')
    await shown.press('a', 'q', ENTER)
    expect(session.did()).toEqual(['begin'])
  })

  it('gives way to a refusal', async () => {
    const shown = await stand(introduced({ at: 'refused', reason: 'It is masked.', next: 'Unmask it.' }))
    expect(shown.frame()).toContain('It is masked.')
  })

  it('comes back by ?', async () => {
    const shown = await stand(new FakeSession(baseline), { columns: 80, rows: 100 })
    await shown.press('?')
    expect(shown.frame()).toContain('What is safe')
  })
})
