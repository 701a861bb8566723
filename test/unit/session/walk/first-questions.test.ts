import { expect, it } from 'vitest'
import { leftNotes } from '../../../../src/session/walk/first-questions.ts'

it('tells once why sockets are not asked, however many there are', () => {
  const left = ['private/a', 'private/b', 'private/c', 'private/d'].map((label) => ({
    label,
    why: 'it has no path',
  }))
  expect(leftNotes([...left, { label: 'udp 127.0.0.1:323', why: 'no protocol is known for it' }])).toEqual([
    'private/a: it has no path; hardenctl compares it but does not ask it (the same for private/b, private/c and 1 more)',
    'udp 127.0.0.1:323: no protocol is known for it; hardenctl compares it but does not ask it',
  ])
})
