import type { Lab } from '../kit/lab.ts'
import { exposureOf } from '../kit/subjects.ts'
import { type Life, openCase, playLife, succeeds } from './case-life.ts'
import type { FieldCase } from './field-case.ts'

export interface PlayedByHand {
  /** Exposure ×10. */
  before: number
  after: number
  use: Life
  /** The last lines of the unit's log. */
  said: string
}

/** True where the unit starts again with these settings. */
async function restartWith(lab: Lab, unit: string, settings: string): Promise<boolean> {
  await lab.write(`/run/systemd/system/${unit}.service.d/by-hand.conf`, `[Service]\n${settings}\n`)
  await lab.output(['systemctl', 'daemon-reload'])
  return succeeds(lab, ['systemctl', 'restart', unit])
}

/** Restarts the case under the settings that were written by hand for it, and plays its use as after a walk. */
export async function playByHand(field: FieldCase): Promise<PlayedByHand> {
  const { unit, hand } = field
  const opened = await openCase(field)
  const { lab } = opened
  try {
    const before = await exposureOf(lab, `${unit}.service`)
    const started = await restartWith(lab, unit, hand)
    const lost: Life = { after: 'LOST', reload: undefined, restart: 'LOST' }
    const use = started ? await playLife(opened, unit) : lost
    const log = await lab.run(['journalctl', '-q', '--no-pager', '-o', 'cat', '-n', '25', '-u', unit])
    return { before, after: await exposureOf(lab, `${unit}.service`), use, said: log.stdout }
  } finally {
    await lab.stop()
  }
}

/** True where the setting that breaks the case by hand breaks its use, so that a use that works means something. */
export async function canFail(field: FieldCase): Promise<boolean> {
  const { lab, use } = await openCase(field)
  try {
    const started = await restartWith(lab, field.unit, field.weak ?? '')
    return !started || (await use()) === 'LOST'
  } finally {
    await lab.stop()
  }
}
