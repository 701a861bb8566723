import { readlinkSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { orElse } from './errors.ts'
import { membersBelow } from './group-members.ts'
import type { KernelProcesses } from './host.ts'

/** PROC_PID_INIT_INO of the kernel's proc_ns.h: the number of the PID namespace that it begins with. */
const INITIAL = 'pid:[4026531836]'

function ownNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch (error) {
    // Without /proc nothing can be told of processes.
    return orElse('')(error)
  }
}

/** Of the machine that hardenctl runs on; undefined in a container with a PID namespace of its own. */
export function kernelProcesses(): KernelProcesses | undefined {
  if (ownNamespace() !== INITIAL) return undefined
  return {
    members: membersBelow,
    living: async () => (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number),
    // A process may go while it is asked for its name.
    nameOf: async (pid) => (await readFile(`/proc/${pid}/comm`, 'utf8').catch(orElse(undefined)))?.trimEnd(),
  }
}
