import { expect, it } from 'vitest'
import type { OpenFile } from '../../../../src/observe/facts.ts'
import { mergeLiveFacts } from '../../../../src/session/learning/merge-live-facts.ts'
import { emptyFacts, listening, process } from '../../catalog/build-facts.ts'

const open = (path: string): OpenFile => ({
  descriptor: 3,
  path,
  kind: 'file',
  writable: true,
  deleted: false,
})

it('adds what only real traffic shows to what a clone shows, and keeps who the clone’s processes are', () => {
  const clone = { ...emptyFacts(), sockets: [listening('AF_INET', '0.0.0.0', 80, [7])] }
  const peer = {
    ...listening('AF_INET', '0.0.0.0', 80, [7]),
    state: 'connected' as const,
    peer: '192.0.2.7:4711',
  }
  const live = { ...emptyFacts(), sockets: [listening('AF_INET', '0.0.0.0', 80, [7]), peer] }
  clone.processes = [process(7, 33, { isMain: true, openFiles: [open('/var/log/a')] })]
  live.processes = [
    process(9, 0, {
      isMain: true,
      openFiles: [open('/var/log/a'), open('/srv/upload')],
      libraries: ['/lib/late.so'],
    }),
  ]
  const seen = mergeLiveFacts(clone, live)
  expect(seen.sockets).toHaveLength(2)
  expect(seen.processes).toHaveLength(1)
  expect(seen.processes[0]?.uid.effective).toBe(33)
  expect(seen.processes[0]?.openFiles.map(({ path }) => path).sort()).toEqual(['/srv/upload', '/var/log/a'])
  expect(seen.processes[0]?.libraries).toContain('/lib/late.so')
})
