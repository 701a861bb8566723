import { expect, it } from 'vitest'
import { readMachine } from '../../../src/observe/observe.ts'
import { memoryHost } from './memory-host.ts'

it.each([
  ['enforcing', { '/sys/fs/selinux/enforce': '1' }],
  ['permissive', { '/sys/fs/selinux/enforce': '0' }],
  [undefined, {}],
])('a machine says of SELinux %j', async (mode, files) => {
  const programs = { 'systemctl --version': 'systemd 252 (252.39)\n' }
  expect((await readMachine(memoryHost({ files, programs }))).selinux).toBe(mode)
})
