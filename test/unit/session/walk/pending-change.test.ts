import { expect, it } from 'vitest'
import { PendingChange } from '../../../../src/session/walk/pending-change.ts'

const setting = (key: string, value: string) => ({ section: 'Service' as const, key, value })
const wish = (path: string) => ({ path, user: 'srv', why: '' })

it('is nothing until a stage is kept', () => {
  expect(new PendingChange().stages).toBeUndefined()
})

it('is the sum of the stages: a key said again stands once, owners add up, an account stays', () => {
  const pending = new PendingChange()
  const account = { name: 'srv', id: 990 }
  pending.add(
    { assignments: [setting('User', 'srv'), setting('UMask', '0077')], ownership: [wish('/a')], account },
    [],
  )
  const parts = [{ comment: ['both'], assignments: [] }]
  pending.add({ assignments: [setting('UMask', '0027')], ownership: [wish('/b')] }, parts)
  expect(pending.stages).toEqual({
    change: {
      assignments: [setting('User', 'srv'), setting('UMask', '0027')],
      ownership: [wish('/a'), wish('/b')],
      account,
    },
    parts,
  })
})
