/** What a person may want; the screens and the unattended walk send it to the session. */
export type Intent =
  /** The introduction was read. */
  | { do: 'begin' }
  | { do: 'answer'; yes: boolean }
  | { do: 'toggle-check'; id: string }
  /** url, tcp:HOST:PORT, unix:PATH or a command line split at blanks. */
  | { do: 'add-check'; text: string }
  | { do: 'measure' }
  /** On the baseline: restart after each stage, or once at the end. */
  | { do: 'toggle-restarts' }
  | { do: 'toggle'; id: string }
  /** Switch a row to its alternative. */
  | { do: 'other-way'; id: string }
  | { do: 'toggle-all'; ticked: boolean }
  /** Enter on a stage: show what would be written. */
  | { do: 'review' }
  | { do: 'apply' }
  | { do: 'back' }
  | { do: 'skip-stage' }
  /** withoutLogin: kept although no new login was seen on a service that lets people log in. */
  | { do: 'keep'; yes: boolean; withoutLogin?: true }
  /** On Keep?: the time until the change is undone is too short. */
  | { do: 'more-time' }
  | { do: 'relax'; ids: string[] }
  /** On the system calls: learn from the live service's traffic. */
  | { do: 'learn' }
  | { do: 'end-learning' }
  /** After a failure in the rehearsal: try it live all the same. */
  | { do: 'insist' }
  /** After a failure on the live service: find the row that breaks it by trying parts of the stage. */
  | { do: 'search' }
  /** After a failure: back to the list, to untick. */
  | { do: 'choose-again' }
  /** Keep what is proven and go to the end. */
  | { do: 'stop' }
  /** Ctrl-C. */
  | { do: 'interrupt' }
  /** The terminal has gone: nobody will answer there any more. */
  | { do: 'hang-up' }
