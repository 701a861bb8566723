import { expect, it } from 'vitest'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import type { RealService } from './real/real-service.ts'
import { walkReal } from './real/run.ts'
import { realServices } from './real/services.ts'

/** A walk of five stages, and a life after it. */
const WALK_MS = 400_000
/** One of those that `npm run real` walks: it takes the longest way, with its own start script and user switch. */
const MOSQUITTO = realServices('trixie').find(({ name }) => name === 'mosquitto') as RealService

it.skipIf(skipLab())(
  labTitle('mosquitto on trixie keeps a message after the walk, a reload, a stop and a reboot'),
  async () => {
    const { walk, broke, after, stages, starts } = await walkReal(MOSQUITTO)
    expect(walk).toMatchObject({ exitCode: 0, stderr: '' })
    expect(broke).toBeUndefined()
    expect(after).toBeLessThanOrEqual(10)
    expect(stages).toBe(5)
    expect(starts.failed).toBe(0)
  },
  WALK_MS,
)
