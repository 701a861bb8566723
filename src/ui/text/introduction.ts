import { BLANK, type Line, labelled, paragraph } from './lines.ts'

/** For somebody who never read a guide: label and sentences. */
const INTRODUCTION: readonly (readonly [string, string])[] = [
  [
    'What happens',
    'In five stages hardenctl takes rights from the service that it does not use. It proposes settings and says why, tries them in a clone of this host, and you choose. It then restarts the service with one stage, checks that it answers as before, and asks whether to keep it.',
  ],
  [
    'How long',
    'Some minutes. The service restarts about six times, each time as long as a restart takes; with --once a single time.',
  ],
  [
    'What is safe',
    'Nothing changes before you choose Apply. Whatever breaks the service is undone, by systemd itself if hardenctl dies or this connection drops. Your own files are not edited.',
  ],
  [
    'Way out',
    'Ctrl-C undoes what is on trial and leaves. To take back everything, today or in a year: hardenctl undo UNIT',
  ],
]

/** What a walk does, how long it takes, what can't happen, and how to get out. `unit` as a person types it. */
export function introductionLines(width: number, unit: string): Line[] {
  return INTRODUCTION.flatMap(([label, text]) => labelled(label, text.replace('UNIT', unit), width))
}

/** The same with a headline. */
export function introductionPage(width: number, unit: string): Line[] {
  return [
    ...paragraph(`hardenctl hardens ${unit}. This is shown once on this host.`, width, 'bold'),
    BLANK,
    ...introductionLines(width, unit),
  ]
}
