import { expect, it } from 'vitest'
import { nobodyLogsIn, secondsToKeep } from '../../../../src/session/stage/remote-login.ts'
import type { WalkOptions } from '../../../../src/session/walk/context.ts'
import { emptyFacts, listening, process } from '../../catalog/build-facts.ts'

const sshd = {
  ...emptyFacts(),
  processes: [process(7, 0, { executable: '/usr/sbin/sshd', name: 'sshd' })],
  sockets: [listening('AF_INET', '0.0.0.0', 22, [7])],
  pamServices: ['sshd'],
  sessionServices: ['sshd'],
}

const options = (keepSeconds: number, exercises: string[]) =>
  ({ keepSeconds, exercises }) as unknown as WalkOptions

it.each([
  ['nobody there', 0, [], { by: 'sshd' }, /^not tried live: sshd .*--exercise/],
  ['an exercise', 0, ['/opt/use'], { by: 'sshd' }, undefined],
  ['a person', 30, [], { by: 'sshd' }, undefined],
  ['no way in', 0, [], undefined, undefined],
] as const)('whether a change is tried: %s', (_, seconds, exercises, login, why) => {
  const said = nobodyLogsIn({ options: options(seconds, [...exercises]) } as never, login)
  if (why === undefined) expect(said).toBeUndefined()
  else expect(said).toMatch(why)
})

it('gives more time where somebody has to log in', () => {
  expect(secondsToKeep(options(30, []), sshd)).toBe(120)
  expect(secondsToKeep(options(300, []), sshd)).toBe(300)
  expect(secondsToKeep(options(0, []), sshd)).toBe(0)
  expect(secondsToKeep(options(30, []), emptyFacts())).toBe(30)
})
