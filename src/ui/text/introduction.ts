import type { WalkState } from '../../session/walk/state.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { BLANK, type Line, labelled, paragraph } from './lines.ts'

type About = Pick<WalkState, 'unit' | 'ofUser'>

/** For somebody who never read a guide: label and sentences. */
function introduction({ unit, ofUser }: About): [string, string][] {
  const proofs = ofUser ? '' : ', tries them in a clone of this host'
  const once = ofUser ? '' : '; with --once a single time'
  const undo = ofUser ? 'hardenctl --user undo' : 'hardenctl undo'
  return [
    [
      'What happens',
      `Stage by stage hardenctl takes rights from the service that it does not use. It proposes settings and says why${proofs}, and you choose. It then restarts the service with one stage, checks that it answers as before, and asks whether to keep it.`,
    ],
    [
      'How long',
      `Some minutes. The service restarts about ${ofUser ? 'four' : 'six'} times, each time as long as a restart takes${once}.`,
    ],
    [
      'What is safe',
      'Nothing changes before you choose Apply. Whatever breaks the service is undone, by systemd itself if hardenctl dies or this connection drops. Your own files are not edited.',
    ],
    [
      'Way out',
      `Ctrl-C undoes what is on trial and leaves. To take back everything, today or in a year: ${undo} ${shortName(unit)}`,
    ],
  ]
}

/** What a walk does, how long it takes, what can't happen, and how to get out. */
export function introductionLines(width: number, about: About): Line[] {
  return introduction(about).flatMap(([label, text]) => labelled(label, text, width))
}

/** The same with a headline. */
export function introductionPage(width: number, about: About): Line[] {
  return [
    ...paragraph(
      `hardenctl hardens ${shortName(about.unit)}. This is shown once on this host.`,
      width,
      'bold',
    ),
    BLANK,
    ...introductionLines(width, about),
  ]
}
