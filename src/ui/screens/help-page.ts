import type { Phase, WalkState } from '../../session/walk/state.ts'
import type { Page } from '../frame/overlay.tsx'
import { introductionLines } from '../text/introduction.ts'
import { BLANK, type Line, labelled, line, paragraph, widthOf } from '../text/lines.ts'

const HERE: Record<Phase['at'], string> = {
  looking: 'hardenctl looks at the service: its processes, files, sockets and settings. It changes nothing.',
  refused: 'This service can’t be hardened here; the screen says why and what to do next.',
  question: 'Answer this question to continue.',
  baseline:
    'The ticked checks decide whether the service is healthy. hardenctl measures each check now; after every change it must give the same answer.',
  stage:
    'Each row is a systemd setting that takes a right from the service. hardenctl recommends the ticked rows; the details say what it saw and what could break. It writes nothing before you have reviewed it.',
  learning:
    'The live service works as usual. hardenctl counts what it did not know yet; the kernel allows each call that it logs. When you end the learning, the service restarts once more and is as before.',
  confirm: 'hardenctl will write exactly this. Choose Apply to try it, or Back to change the ticks.',
  trial:
    'hardenctl has applied the change and is checking it. On the live service a systemd timer undoes it when the time is up, even if this connection or this program dies.',
  keep: 'The change works. It stays only if you keep it before the time is up. If the service lets people log in to this machine, hardenctl must see a new login first, or you type that you insist. From another login, "hardenctl confirm UNIT", "extend UNIT" and "rollback UNIT" answer too, even if this connection is lost.',
  failed:
    'The change did not work, and hardenctl undid it. You can relax the suspected rows, choose again, skip the stage, or stop; changes that you kept before stay.',
  done: 'The walk is over. The summary stays on the terminal after you leave.',
}

/** What the marks of the rows mean. */
const PROOFS: [string, string][] = [
  ['· waiting', 'a clone will try it'],
  ['… being proven', 'a clone is trying it'],
  [
    '✔ proven',
    'the service in a clone restarted, reloaded, stopped and started with it, and answered as before',
  ],
  ['✖ breaks', 'it did not; the details say why. BREAKS: the row is ticked anyway'],
  ['? not provable', 'no clone can tell; the details say why'],
]

const MACHINES: [string, string][] = [
  ['LIVE SERVICE', 'The screen speaks of the service on this host, and what is applied is applied to it.'],
  ['REHEARSAL', 'The screen shows a clone of this host. Changes do not touch the live service.'],
]

const RESTARTS =
  'The key o chooses when the live service restarts. After each stage: a kept stage is in force at once. Once, at the end: you walk the stages in a clone of this host, then hardenctl tries all kept stages on the live service together.'

const KEYS: [string, string][] = [
  ['↑ ↓ or k j', 'move, or scroll a text'],
  ['Space', 'tick or untick; scrolls a text'],
  ['Enter', 'continue, or choose the marked entry'],
  ['Esc', 'back; when asked to keep a change: roll it back'],
  ['y, n, +', 'when asked to keep a change: keep it; roll it back; more time'],
  ['a', 'tick all or none; add a check'],
  ['d, n', 'all details of a row; notes on the stage'],
  ['l', 'on the system calls: learn from the live service’s traffic'],
  ['w', 'switch a row to its alternative, for example the exact list of system calls'],
  ['s, q', 'skip the stage; stop and keep the proven stages. Press either key twice.'],
  ['Ctrl-C', 'undo the present change, and stop. Changes that you kept before stay.'],
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

export function helpPage(state: WalkState): Page {
  const { phase } = state
  return {
    title: 'Help',
    lines: (width): Line[] => [
      line('This screen', 'accent'),
      ...paragraph(HERE[phase.at], width),
      ...(phase.at === 'baseline' && phase.restarts ? paragraph(RESTARTS, width) : []),
      BLANK,
      ...(showsProofs(phase) ? section('Proof in clones of this host', PROOFS, width) : []),
      ...section('The second line names the machine', MACHINES, width),
      ...section('Keys', KEYS, width).slice(0, -1),
      ...paragraph('hardenctl ignores a key that you press just as a new question appears.', width),
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
      BLANK,
      line('The walk', 'accent'),
      ...introductionLines(width, state),
    ],
  }
}
