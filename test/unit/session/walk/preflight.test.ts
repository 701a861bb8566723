import { expect, it } from 'vitest'
import { requireExposure } from '../../../../src/session/walk/preflight.ts'
import { memoryHost } from '../../observe/memory-host.ts'

const said = (text: string) =>
  memoryHost({ files: {}, programs: { 'systemd-analyze --no-pager security -- srv.service': text } })

it('takes the exposure of a unit from systemd, and walks none that it does not tell', async () => {
  const told = said('→ Overall exposure level for srv.service: 9.2 UNSAFE 😨\n')
  expect(await requireExposure(told, 'srv.service')).toBe(92)
  // As where libseccomp is missing: no word, and none of 0.0.
  await expect(requireExposure(said(''), 'srv.service')).rejects.toMatchObject({
    message: expect.stringContaining('systemd-analyze security srv'),
    next: expect.stringContaining('libseccomp2'),
  })
})
