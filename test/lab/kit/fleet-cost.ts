import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sshdIn, writeProxy } from './fleet.ts'
import type { Lab } from './lab.ts'

/** Passes a connection on, and keeps count of its bytes in a file: "sent received". */
const RELAY = `
import os, subprocess, sys, threading
counts, names = [0, 0], sys.argv[1] + '.' + str(os.getpid())
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def carry(source, target, which):
    while piece := os.read(source, 65536):
        counts[which] += len(piece)
        with open(names, 'w') as file:
            file.write('%d %d' % tuple(counts))
        os.write(target, piece)
    os.close(target)
threading.Thread(target=carry, args=(0, child.stdin.fileno(), 0), daemon=True).start()
carry(child.stdout.fileno(), 1, 1)
`

/** Has the bytes of each connection to a host counted. Returns what asks for those until now. */
export function countBytes(folder: string, host: string, lab: Lab): () => { sent: number; received: number } {
  const traffic = join(folder, 'traffic')
  mkdirSync(traffic)
  writeFileSync(join(folder, 'relay.py'), RELAY)
  writeProxy(folder, host, ['python3', join(folder, 'relay.py'), join(traffic, host), ...sshdIn(lab)])
  return () => {
    const counts = readdirSync(traffic).map((name) => readFileSync(join(traffic, name), 'utf8').split(' '))
    const sum = (at: number) => counts.reduce((all, one) => all + Number(one[at]), 0)
    return { sent: sum(0), received: sum(1) }
  }
}

/** Starts a program, and says at its end on standard error how much processor time it and all that it started took. */
export const TIMED: readonly string[] = [
  'python3',
  '-c',
  `
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print('processor seconds: %.2f' % (used.ru_utime + used.ru_stime), file=sys.stderr)
sys.exit(code)
`,
]

/** What one host costs the machine that runs Ansible. */
export interface HostCost {
  /** From the beginning to the end. */
  seconds: number
  /** Of its processors. */
  processor: number
  sent: number
  received: number
}

/**
 * Seconds of a roll-out in the steps of the playbook: in each step, the hosts come in groups of `forks`, and no faster
 * than the processors allow. Pure.
 */
export function rollOutSeconds(
  cost: Pick<HostCost, 'seconds' | 'processor'>,
  { hosts, forks, processors }: { hosts: number; forks: number; processors: number },
): number {
  const tenth = Math.floor(hosts / 10)
  const steps = [1, tenth, hosts - tenth - 1]
  return steps.reduce(
    (all, step) =>
      all + Math.max(Math.ceil(step / forks) * cost.seconds, (step * cost.processor) / processors),
    0,
  )
}
