import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'

let lab: Lab

describe.skipIf(skipLab())(labTitle('a lab'), () => {
  beforeAll(async () => {
    lab = await bootLab({})
  })
  afterAll(() => lab?.stop())

  it('names the system call that a filter stopped in the kernel log', async () => {
    const filtered = ['systemd-run', '--wait', '--quiet', '-p', 'SystemCallFilter=~@chown']
    const killed = async () => {
      await lab.run([...filtered, 'chown', 'root', '/tmp'])
      return lab.output(['dmesg'])
    }
    // The kernel prints ten in five seconds, and the file before this one may have used them up.
    const named = /type=1326 .*comm="chown".*syscall=260/
    await expect.poll(killed, { timeout: 10_000, interval: 1000 }).toMatch(named)
  })
})
