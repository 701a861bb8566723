import { expect, it } from 'vitest'
import { nextAllowance, parseTicks } from '../../../../src/session/proof/clone-scheduler.ts'

it('reads idle time with the time waited for disks', () => {
  expect(parseTicks('cpu  10 1 5 70 4 1 2 3 9 9\ncpu0 1 1')).toEqual({ idle: 74, all: 96 })
  expect(parseTicks('')).toEqual({ idle: 0, all: 0 })
})

it('comes down to one clone within a few looks at a busy host, and back up one by one', () => {
  const seen = [6]
  for (const idle of [0, 0.1, 0.05, 0, 0.2, 0.5, 0.9])
    seen.push(nextAllowance(seen.at(-1) as number, idle, 6))
  expect(seen).toEqual([6, 3, 1, 1, 1, 1, 2, 3])
  expect(nextAllowance(6, 1, 6)).toBe(6)
})
