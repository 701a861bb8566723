import type { LearningPhase } from '../../session/walk/state.ts'
import { type Line, paragraph, plural } from '../text/lines.ts'

/** "1:05" */
export function clock(ms: number): string {
  const all = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(all / 60)}:${String(all % 60).padStart(2, '0')}`
}

export function counts({ news, noCalls }: LearningPhase): string {
  const { calls, sockets, files, programs, memory } = news
  const parts = [
    ...(noCalls === undefined ? [plural(calls.length, 'system call')] : []),
    plural(sockets.length, 'kind of socket', 'kinds of socket'),
    plural(files.length, 'written file'),
    plural(programs.length, 'program or library', 'programs or libraries'),
    ...(memory.length > 0 ? [plural(memory.length, 'program with writable code')] : []),
  ]
  return `New so far: ${parts.join(', ')}.`
}

/** The newest entry matters most, so it is first if not all fit. */
export function found({ news }: LearningPhase): string[] {
  const { calls, sockets, files, programs, memory } = news
  return [
    ...calls.map(({ name, by }) => `${name}, called by ${by}`),
    ...sockets.map((socket) => `socket ${socket}`),
    ...memory.map((program) => `writable code in ${program}`),
    ...files.map((path) => `writes ${path}`),
    ...programs.map((path) => `runs ${path}`),
  ]
}

export function doubts({ lost, noCalls }: LearningPhase, width: number): Line[] {
  if (noCalls !== undefined) return paragraph(`No system calls are logged: ${noCalls}.`, width, 'warn')
  return lost
    ? paragraph(
        'The kernel dropped records, or may have: end the learning and learn again to see the rest.',
        width,
        'warn',
      )
    : paragraph('No sign that a record was lost.', width, 'dim')
}
