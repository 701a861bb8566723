import type { Phase } from '../../session/walk/state.ts'
import type { Page } from '../frame/overlay.tsx'
import { BLANK, type Line, labelled, line, paragraph, widthOf } from '../text/lines.ts'

const HERE: Record<Phase['at'], string> = {
  looking: 'The service is being looked at: its processes, files, sockets and settings. Nothing is changed.',
  refused: 'This service can’t be hardened here; the screen says why and what to do next.',
  question: 'A question that has to be answered before the walk goes on.',
  baseline:
    'What is ticked here decides later whether the service is healthy. Each check is measured now; after every change it must give the same answer again.',
  stage:
    'Each row is a setting of systemd that takes a right from the service. Ticked rows are proposed because of what was seen; the details say what was seen and what could break. Nothing is written before you have reviewed it.',
  learning:
    'The live service serves as ever. What it does that was not known yet is counted; what the kernel logs of it is let through. When you end it, the service restarts once more and is as it was before.',
  confirm: 'This is everything that will be written. Choose Apply to try it, or Back to change the ticks.',
  trial:
    'The change is in force and being checked. On the live service a timer of the machine undoes it when the time is up, even if this connection or this program dies.',
  keep: 'The change works. It stays only if you choose to keep it before the time is up. Where the service is a way into this machine, a new login has to be seen first, or you insist in words.',
  failed:
    'The change did not work and was undone. You may relax what is suspected, choose again, skip the stage, or stop; what was kept before stays.',
  done: 'The walk is over. The summary stays on the terminal after you leave.',
}

/** What the marks of the rows mean. */
const PROOFS: [string, string][] = [
  ['· waiting', 'a clone will be asked'],
  ['… being proven', 'a clone is being asked'],
  ['✔ proven', 'a clone with it restarted, reloaded, stopped and started, and answered as before'],
  ['✖ breaks', 'it did not; the details say why. BREAKS: it is ticked all the same'],
  ['? not provable', 'no clone can tell; the details say why'],
]

const MACHINES: [string, string][] = [
  ['LIVE SERVICE', 'The screen speaks of the service on this host, and what is applied is applied to it.'],
  ['REHEARSAL', 'The screen speaks of a clone of this host. The live service goes on untouched.'],
]

const RESTARTS =
  'The key o chooses when the live service restarts. After each stage: what is kept is in force at once. Once, at the end: the stages are applied one after the other in a clone that stands in for this host, and what was kept there is tried on the live service in one go.'

const KEYS: [string, string][] = [
  ['↑ ↓ or k j', 'move, or scroll a text'],
  ['Space', 'tick or untick; scrolls a text'],
  ['Enter', 'go on, or choose what is marked'],
  ['Esc', 'back; when asked to keep a change: roll it back'],
  ['y, n', 'when asked to keep a change: keep it; roll it back'],
  ['a', 'tick all or none; add a check'],
  ['d, n', 'all details of a row; notes on the stage'],
  ['l', 'on the system calls: learn from the live service’s traffic'],
  ['w', 'the other way of a row that has one, for example the exact list of system calls'],
  ['s, q', 'skip the stage; stop and keep what is proven. Both want the key twice.'],
  ['Ctrl-C', 'undo what is being tried, and stop. What was kept before stays.'],
]

function showsProofs(phase: Phase): boolean {
  if (phase.at !== 'stage') return false
  return phase.set.state !== 'none' || phase.rows.some(({ proof }) => proof.state !== 'none')
}

function section(title: string, entries: [string, string][], width: number): Line[] {
  const column = Math.max(14, ...entries.map(([name]) => widthOf(name) + 2))
  const lines = entries.flatMap(([name, says]) => labelled(name, says, width, undefined, column))
  return [line(title, 'accent'), ...lines, BLANK]
}

export function helpPage(phase: Phase): Page {
  return {
    title: 'Help',
    lines: (width): Line[] => [
      line('This screen', 'accent'),
      ...paragraph(HERE[phase.at], width),
      ...(phase.at === 'baseline' && phase.restarts ? paragraph(RESTARTS, width) : []),
      BLANK,
      ...(showsProofs(phase) ? section('Proof in clones of this host', PROOFS, width) : []),
      ...section('Which machine, in the second line', MACHINES, width),
      ...section('Keys', KEYS, width).slice(0, -1),
      ...paragraph(
        'A key pressed before a new question has been on the screen for a moment is ignored.',
        width,
      ),
      BLANK,
      line('Exposure', 'accent'),
      ...paragraph(
        'The number that "systemd-analyze security" gives a service, from 0.0 (can do almost nothing to the system) to 10.0 (can do everything root can). Lower is safer. It counts which rights a service could use, not whether it has a weakness.',
        width,
      ),
      ...paragraph(
        'from 10.0 DANGEROUS, 9.0 UNSAFE, 7.5 EXPOSED, 5.0 MEDIUM, 1.0 OK, 0.1 SAFE, 0.0 PERFECT',
        width,
        'dim',
      ),
    ],
  }
}
