import { expect, it } from 'vitest'
import type { Host } from '../../../../src/host/host.ts'
import { attributedRecords } from '../../../../src/trial/health/killed.ts'

const line = (id: number, signal: number) =>
  `[ 1.0] audit: type=1326 audit(1795474717.832:${id}): uid=0 pid=5015 comm="srv" exe="/usr/sbin/srv" ` +
  `sig=${signal} arch=${process.arch === 'arm64' ? 'c00000b7' : 'c000003e'} syscall=141 compat=0 ip=0x7f code=0x0`

it('takes no call for killed that was let through and logged', async () => {
  const stdout = [line(1, 0), line(2, 31), line(3, 0)].join('\n')
  const run = async ([program]: readonly string[]) => ({
    exitCode: 0,
    stdout: program === 'dmesg' ? stdout : '',
    stderr: '',
    timedOut: false,
  })
  const host = { run, read: async () => undefined } as unknown as Host
  const filter = { calls: 'read write', architectures: '', uid: undefined }
  const found = await attributedRecords(host, filter, 0, ['/usr/sbin/srv'])
  expect(found.map(({ id }) => id)).toEqual([2])
})
