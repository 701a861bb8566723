import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sshdIn, writeProxy } from './fleet.ts'
import type { Lab } from './lab.ts'

/** Passes a connection on, and keeps count of its bytes in a file: "sent received". */
const RELAY = `
import os, subprocess, sys, threading
counts, file = [0, 0], os.open(sys.argv[1] + '.' + str(os.getpid()), os.O_CREAT | os.O_WRONLY, 0o600)
child = subprocess.Popen(sys.argv[2:], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
def carry(source, target, which):
    while piece := os.read(source, 65536):
        counts[which] += len(piece)
        # Whole at each moment, since ssh may kill it at any.
        os.pwrite(file, b'%d %d' % tuple(counts), 0)
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
    const texts = readdirSync(traffic).map((name) => readFileSync(join(traffic, name), 'utf8'))
    const counts = texts.filter((text) => text !== '').map((text) => text.split(' '))
    const sum = (at: number) => counts.reduce((all, one) => all + Number(one[at]), 0)
    return { sent: sum(0), received: sum(1) }
  }
}

/**
 * Starts a program, and says at its end on standard error what it took. The memory is that of its processes, shared
 * pages in parts (Pss), and of each ssh that it left behind for the next task; whatever carries ssh into a lab is none of it.
 */
const METER = `
import json, os, resource, subprocess, sys, threading, time

def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ''

def tree(root):
    parents, names = {}, {}
    for pid in filter(str.isdigit, os.listdir('/proc')):
        name, _, rest = read('/proc/%s/stat' % pid).partition('(')[2].rpartition(')')
        if rest:
            parents[pid], names[pid] = rest.split()[1], name
    found, new = set(), {root}
    while new:
        found |= new
        new = {pid for pid, parent in parents.items() if parent in found and names.get(parent) != 'ssh'} - found
    left = {pid for pid in parents if names[pid] == 'ssh' and sys.argv[1] in read('/proc/%s/cmdline' % pid)}
    return found | left

def memory(pid):
    lines = read('/proc/%s/smaps_rollup' % pid).splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith('Pss:'))

def seconds(pid):
    fields = read('/proc/%s/stat' % pid).rpartition(')')[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK') if fields else 0

took, begun = {'memory': 0, 'dispatcher': 0}, time.monotonic()
child = subprocess.Popen(sys.argv[2:])

def watch():
    while child.returncode is None:
        took['dispatcher'] = max(took['dispatcher'], seconds(child.pid))
        took['memory'] = max(took['memory'], sum(map(memory, tree(str(child.pid)))))
        time.sleep(0.1)

threading.Thread(target=watch, daemon=True).start()
code = child.wait()
used = resource.getrusage(resource.RUSAGE_CHILDREN)
took['processor'] = used.ru_utime + used.ru_stime
took['seconds'] = time.monotonic() - begun
print('took: ' + json.dumps(took), file=sys.stderr)
sys.exit(code)
`

/** What a run took: seconds, those of processors, of these those of its first process, and bytes of memory at the most. */
export interface Took {
  seconds: number
  processor: number
  dispatcher: number
  memory: number
}

/** Starts a program of a fleet and meters it. */
export function metered(folder: string): readonly string[] {
  return ['python3', '-c', METER, folder]
}

/** What a metered program printed on standard error. */
export function tookOf(stderr: string): Took {
  const [, text] = /^took: (.+)$/m.exec(stderr) ?? []
  if (text === undefined) throw new Error(`a metered program says nothing of what it took: ${stderr}`)
  return JSON.parse(text)
}

const TASK =
  /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d),(\d{3}) .*?(?:(?:TASK|RUNNING HANDLER) \[(.*)\]|(PLAY RECAP)) \*/

/** How long each task took, of the log that ANSIBLE_LOG_PATH names. Pure. */
export function taskSeconds(log: string): { name: string; seconds: number }[] {
  const begun = log.split('\n').flatMap((line) => {
    const [, day, time, fraction, name = ''] = TASK.exec(line) ?? []
    return day === undefined ? [] : [{ name, at: Date.parse(`${day}T${time}.${fraction}Z`) }]
  })
  return begun.flatMap(({ name, at }, index) => {
    const next = begun[index + 1]
    return next === undefined ? [] : [{ name, seconds: (next.at - at) / 1000 }]
  })
}
