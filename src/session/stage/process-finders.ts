import { basename } from 'node:path'
import type { Facts } from '../../observe/facts.ts'
import type { LearnedFacts } from '../../observe/trace/learned-facts.ts'
import type { ExecCommand } from '../../systemd/manager/exec.ts'

/** Programs that find processes by a name or a program file: pidof(8), pgrep(1), killall(1), start-stop-daemon(8). */
const FINDERS = new Set([
  ...['killall', 'killall5', 'killproc', 'pgrep', 'pidof', 'pidofproc', 'pkill', 'skill'],
  'start-stop-daemon',
])

/**
 * A script of the service looks for its processes on the whole machine, where those of clones are too: while one runs, a
 * live stop would wait for them, and a live start could take them for its own.
 */
export function looksForProcesses(learned: LearnedFacts | undefined, facts: Facts): boolean {
  const ran = (learned?.executed ?? []).flatMap(({ path, uses }) =>
    uses.includes('execute') && FINDERS.has(basename(path)) ? [basename(path)] : [],
  )
  return ran.some((name) => name !== 'start-stop-daemon' || !goesByPidFile(facts))
}

/** start-stop-daemon(8) signals the process of a pid file alone, if it is given nothing else to look for. */
function goesByPidFile({ unit, executables }: Facts): boolean {
  const lines = Object.values(unit.exec).flat()
  const own = lines.filter(({ path }) => basename(path) === 'start-stop-daemon')
  // What a script of the service tells it is not known.
  return !executables.some(({ kind }) => kind === 'script') && own.length > 0 && own.every(namesPidFileAlone)
}

function namesPidFileAlone({ argv }: ExecCommand): boolean {
  const isPidFile = (word: string) => /^(?:-p|--pidfile(?:=.*)?)$/.test(word)
  return argv.some(isPidFile) && !argv.some((word) => /^(?:-[xnu]|--(?:exec|name|user|ppid)\b)/.test(word))
}
