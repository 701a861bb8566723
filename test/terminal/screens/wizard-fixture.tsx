import { writeFileSync } from 'node:fs'
import type { Phase, WalkState } from '../../../src/session/walk/state.ts'
import { runWizard } from '../../../src/ui/wizard.tsx'
import { FakeSession } from '../../ui/fake-session.ts'
import { moveProofs, unproven } from '../../ui/moving-proofs.ts'
import { baseline, confirm, done, failed, keep, stage, trial } from '../../ui/phases.ts'
import { scriptedWalk } from '../../ui/scripted-walk.ts'

/**
 * One screen by name, or the scripted walk. TARGET says of which machine it speaks, PACE how many milliseconds a
 * step takes. Prints the code with which the wizard ended.
 */
const PHASES: Record<string, () => Phase> = {
  looking: () => ({ at: 'looking', what: 'Looking at the processes of apache2.service' }),
  refused: () => ({
    at: 'refused',
    reason: 'apache2.service is not running, so nothing can be learned from it.',
    next: 'Start it with “systemctl start apache2.service” and run hardenctl again.',
  }),
  question: () => ({
    at: 'question',
    id: 'resume',
    text: [
      'A walk through apache2.service was interrupted on 3 May, after the stage Filesystem.',
      'What was kept then is in force.',
    ],
    yes: 'Go on after Filesystem',
    no: 'Start again with the first stage',
  }),
  baseline: () => ({ ...baseline, restarts: 'each stage' }),
  stage: () => stage(),
  proving: () => unproven(stage()),
  broken: () =>
    stage({ set: { state: 'breaks', reason: 'PrivateDevices=yes: exit status 226 at the start' } }),
  confirm: () => ({ ...confirm, target, rehearsal: { state: 'proven' } }),
  'confirm-broken': () => ({
    ...confirm,
    target,
    rehearsal: { state: 'breaks', reason: 'exit status 226 at the start' },
  }),
  'confirm-all': () => ({ ...confirm, stage: 'all', target, rehearsal: { state: 'waiting' } }),
  trial,
  keep: () => keep(),
  failed: () => failed({ mayInsist: target === 'rehearsal' }),
  done: () => done(),
}

const pace = Number(process.env.PACE ?? 700)
const target: WalkState['target'] = process.env.TARGET === 'rehearsal' ? 'rehearsal' : 'live'
const name = process.argv[2] ?? 'walk'
const phase = PHASES[name]
const session = phase
  ? new FakeSession(phase(), name === 'looking' ? { target } : { now: 81, target }, (fake, intent) => {
      if (intent.do === 'interrupt') {
        fake.change({ stopping: 'Undoing: hardenctl restores the last proven state of the service' })
        setTimeout(() => fake.finish(130), 500)
      }
      if (intent.do === 'stop') fake.finish(0)
    })
  : scriptedWalk(pace)
if (name === 'proving') moveProofs(session, pace)

const { WITNESS } = process.env
if (WITNESS) {
  process.on('SIGHUP', () =>
    setTimeout(() => {
      writeFileSync(WITNESS, 'brought back')
      process.exit(0)
    }, 2500),
  )
}

const code = await runWizard(session)
console.log(`intents: ${session.did().join(' ')}`)
console.log(`code: ${code}`)
process.exit(code)
