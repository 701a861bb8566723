import { describe, expect, it } from 'vitest'
import { KEEP_STEPS, TRIAL_STEPS } from '../../src/trial/transaction/steps.ts'
import { tryFirstStage } from '../terminal/say-yes.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, exposureOf, fireDeadMan, leftovers, show, within } from './kit/subjects.ts'

/** The dead-man timer of --yes runs half a minute; then the undo restarts the service once. */
const DEAD_MAN_MS = 50_000
/** The one step after which PID 1's own clock is waited for; after the others the timer is fired by hand. */
const WAITED_FOR = 'health'
/** The undo restarts the service once. */
const UNDO_MS = 20_000
/** The system calls are left out: these labs run side by side, and the kernel's log of killed calls is one for all. */
const SHORT = ['--yes', '--stages', 'capabilities,user', '--watch-seconds', '1']
const STAGE_1 = 73
const STAGE_2 = 65

/** The user switch is the second stage of apache2: its trial hands files over, so that it has the most to undo. */
const KILLS = [...TRIAL_STEPS, ...KEEP_STEPS].map((step) => ({
  step,
  committed: ['settle', 'disarm'].includes(step),
}))

async function withLab(work: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await bootLab({ services: ['apache2'] })
  try {
    await work(lab)
  } finally {
    await lab.stop()
  }
}

/** Waits until nothing of hardenctl's work is left and the service answers; what follows says it if it didn't. */
async function untilSettled(lab: Lab, limitMs: number): Promise<void> {
  await within(limitMs, async () => (await leftovers(lab)).length === 0 && (await answerOf(lab)) === '200')
}

/** A service that was stopped for a moment at the end of a walk is started soon after hardenctl died. */
const STARTED_MS = 25_000

/** Owner and mode of all that the user switch hands over, once a start has made its pid file and moved its folder. */
function owners(lab: Lab): Promise<string> {
  const format = '%p %u:%g %m\\n'
  const find = `
    n=0; until [ -e /run/apache2/apache2.pid ] && ! ls -d /run/apache2/socks.* >/dev/null 2>&1; do
      n=$((n + 1)); [ $n -lt 50 ] || break
      sleep 0.1
    done
    find /var/log/apache2 /run/apache2 /run/lock/apache2 -printf '${format}' 2>/dev/null | sort`
  return lab.output(['sh', '-c', find])
}

/** Runs the walk until it kills itself before a step, by default of its second stage on the live service. */
async function walkKilledBefore(
  lab: Lab,
  step: string,
  { rehearse = false, count = 2 }: { rehearse?: boolean; count?: number } = {},
): Promise<void> {
  const env = { HARDENCTL_KILL_BEFORE: `${step}:${count}` }
  const options = rehearse ? SHORT : [...SHORT, '--no-rehearsal']
  const walk = await lab.run(['hardenctl', 'apache2', ...options], { env, timeoutMs: 110_000 })
  expect(walk.exitCode === 137 || walk.signal === 'SIGKILL').toBe(true)
}

/** Starts the walk and sends a signal to it when a step of a stage has begun. Resolves with its exit code and text. */
function walkSignalled(lab: Lab, signal: string, stage: number, label: string) {
  const script = `
    hardenctl apache2 --yes --no-rehearsal --stages capabilities,user >/tmp/walk 2>&1 & walk=$!
    until sed -n "/^Stage $2 of 5/,\\$p" /tmp/walk | grep -qF "… $3"; do
      kill -0 $walk || exit 99
      sleep 0.02
    done
    kill -$1 $walk
    wait $walk; code=$?
    cat /tmp/walk; exit $code`
  return lab.run(['sh', '-c', script, 'sh', signal, String(stage), label], { timeoutMs: 60_000 })
}

async function expectStageOne(lab: Lab, ownersBefore: string): Promise<void> {
  expect(await answerOf(lab)).toBe('200')
  expect(await exposureOf(lab, 'apache2')).toBe(STAGE_1)
  expect(await owners(lab)).toBe(ownersBefore)
  expect(await leftovers(lab)).toEqual([])
  expect((await lab.output(['ls', '/var/lib/hardenctl/apache2'])).trim()).toBe('state.json')
}

describe.skipIf(skipLab()).concurrent(labTitle('the service survives'), () => {
  it.each(KILLS)('kill -9 before "$step" of the user switch', ({ step, committed }) =>
    withLab(async (lab) => {
      const before = await owners(lab)
      await walkKilledBefore(lab, step)
      if (step === WAITED_FOR) await untilSettled(lab, DEAD_MAN_MS)
      else {
        // Before it is armed nothing was changed yet.
        expect(await fireDeadMan(lab)).toBe(!['snapshot', 'arm'].includes(step))
        await untilSettled(lab, UNDO_MS)
      }
      expect(await leftovers(lab)).toEqual([])
      expect(await answerOf(lab)).toBe('200')
      if (committed) {
        expect(await exposureOf(lab, 'apache2')).toBe(STAGE_2)
        expect(await show(lab, 'apache2', 'User')).toBe('www-data')
      } else await expectStageOne(lab, before)
      const undo = await lab.run(['hardenctl', 'undo', 'apache2'])
      expect(undo.exitCode).toBe(0)
      expect(await exposureOf(lab, 'apache2')).toBe(92)
      expect(await owners(lab)).toBe(before)
      expect(await lab.read('/var/lib/hardenctl/apache2/state.json')).toBeUndefined()
    }),
  )

  it.each(['arm', 'restart'])(
    'kill -9 before "%s" in a clone: it goes, and the service never noticed',
    (step) =>
      withLab(async (lab) => {
        const before = [await owners(lab), await show(lab, 'apache2', 'InvocationID')]
        await walkKilledBefore(lab, step, { rehearse: true, count: 1 })
        await untilSettled(lab, 20_000)
        expect(await leftovers(lab)).toEqual([])
        expect(await lab.output(['find', '/var/tmp', '-name', '*hardenctl*'])).toBe('')
        expect([await owners(lab), await show(lab, 'apache2', 'InvocationID')]).toEqual(before)
        expect(await exposureOf(lab, 'apache2')).toBe(92)
        expect(await answerOf(lab)).toBe('200')
      }),
  )

  it.each(['TERM', 'HUP', 'INT'])('SIG%s during the restart: undone before it ends', (signal) =>
    withLab(async (lab) => {
      const before = await owners(lab)
      const walk = await walkSignalled(lab, signal, 2, 'Restart the service')
      expect(walk.exitCode).toBe(130)
      expect(walk.stdout).toContain('Undoing')
      await expectStageOne(lab, before)
    }),
  )

  it('a connection that drops in the middle of a trial', () =>
    withLab(async (lab) => {
      const wizard = lab.spawnPty(['hardenctl', 'apache2', '--no-rehearsal'], { columns: 100, rows: 40 })
      await tryFirstStage(wizard, 30_000)
      await wizard.waitFor(/Restart the service|Check that it is healthy/, 20_000)
      wizard.hangUp()
      await untilSettled(lab, 20_000)
      expect(await leftovers(lab)).toEqual([])
      expect(await answerOf(lab)).toBe('200')
      expect(await exposureOf(lab, 'apache2')).toBe(92)
    }))

  // PID 1 starts much at once at boot: what comes too late by chance does so in one of three.
  it.each(['powerCut', 'reboot', 'reboot', 'reboot'] as const)(
    'a %s in the middle of the user switch',
    (how) =>
      withLab(async (lab) => {
        const before = await owners(lab)
        await walkKilledBefore(lab, 'health')
        expect(await owners(lab)).not.toBe(before)
        await lab[how]()
        await untilSettled(lab, 10_000)
        await expectStageOne(lab, before)
      }),
  )
})

/** Stages that a killed walk had not come to are walked by the next one. */
const NEXT = ['hardenctl', 'apache2', ...SHORT, '--no-rehearsal']

describe.skipIf(skipLab()).concurrent(labTitle('a walk after one that was killed'), () => {
  it.each(['restart', 'disarm'])('kill -9 before "%s", and the next walk says what became of it', (step) =>
    withLab(async (lab) => {
      await walkKilledBefore(lab, step)
      const again = await lab.run(NEXT, { timeoutMs: 110_000 })
      expect(again.stdout).toContain('An earlier hardenctl ended in the middle of stage user.')
      expect(again.stdout).toContain(step === 'disarm' ? 'it is kept' : 'The change is undone')
      expect(again.exitCode).toBe(0)
      expect(await exposureOf(lab, 'apache2'), again.stdout).toBe(STAGE_2)
      expect(await leftovers(lab)).toEqual([])
    }),
  )

  it.each([
    ['watch', 'while the timer stands by', 'A timer is armed that undoes all the stages that it kept.'],
    ['start', 'after it was started and all was taken back', 'which held all the kept stages, is gone.'],
  ])('kill -9 before "%s" of the last check: the next walk, %s, begins anew', (step, _, said) =>
    withLab(async (lab) => {
      const before = await owners(lab)
      await walkKilledBefore(lab, step, { count: 1 })
      if (step === 'start') {
        expect(await answerOf(lab)).not.toBe('200')
        expect(await within(STARTED_MS, async () => (await answerOf(lab)) === '200')).toBe(true)
        expect(await fireDeadMan(lab)).toBe(true)
        await untilSettled(lab, UNDO_MS)
        expect(await leftovers(lab)).toEqual([])
        expect(await answerOf(lab)).toBe('200')
        expect(await owners(lab)).toBe(before)
      }
      const again = await lab.run(NEXT, { timeoutMs: 150_000 })
      expect(again.stdout).toContain(said)
      expect(again.exitCode, again.stdout).toBe(0)
      expect(await exposureOf(lab, 'apache2'), again.stdout).toBe(STAGE_2)
      expect(await leftovers(lab)).toEqual([])
      expect((await lab.run(['hardenctl', 'undo', 'apache2'])).exitCode).toBe(0)
      expect(await owners(lab)).toBe(before)
    }),
  )
})
