import { cleanup } from 'ink-testing-library'
import { afterEach, expect, it } from 'vitest'
import { FakeSession } from './fake-session.ts'
import { keep } from './phases.ts'
import { stand } from './stand.tsx'

afterEach(cleanup)

it('tells what is other than before, above what the checks prove', async () => {
  const warnings = ['/run/x/socket belongs to 0:0, mode 600; before the change to 0:33, mode 660']
  const frame = (await stand(new FakeSession(keep({ warnings })))).frame()
  expect(frame).toContain('Other than before: /run/x/socket belongs to 0:0, mode 600')
  expect(frame.indexOf('Other than before')).toBeLessThan(frame.indexOf('answered 200'))
})
