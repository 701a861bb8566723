import { expect } from 'vitest'
import * as z from 'zod/mini'
import { eventSchema } from '../../../src/session/events/schema.ts'
import type { CommandResult } from './command.ts'

type Event = z.infer<typeof eventSchema>

/**
 * What a command with --json told: each line held against the schema, a begin before all others, and an end with the exit
 * code after them.
 */
export function eventsOf({ stdout, stderr, exitCode }: CommandResult): Event[] {
  const lines = stdout.split('\n')
  expect(lines.pop(), stderr).toBe('')
  const events = lines.map((line) => z.parse(eventSchema, JSON.parse(line)))
  expect(events[0], stderr).toMatchObject({ event: 'begin' })
  expect(events.at(-1), stderr).toMatchObject({ event: 'end', exit_code: exitCode })
  expect(events.filter(({ event }) => event === 'begin' || event === 'end')).toHaveLength(2)
  return events
}
