import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { undoScript } from '../../src/trial/transaction/undo-script.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, leftovers } from './kit/subjects.ts'
import { prepareRace, race, raceLab } from './kit/undo-race.ts'

const LOGS = '/var/log/apache2'

/** Swaps a folder and a log for links to what is not the service's, as fast as it can, once it may. */
const ATTACK = `
open my $count, '>', '/tmp/swaps' or die;
my $swaps = 0;
while (1) {
  if (rename '${LOGS}/old', '${LOGS}/.old') {
    symlink '/srv/outside', '${LOGS}/old' and $swaps++;
    unlink '${LOGS}/old';
    rename '${LOGS}/.old', '${LOGS}/old';
  }
  if (rename '${LOGS}/other.log', '${LOGS}/.other') {
    symlink '/srv/outside/secret', '${LOGS}/other.log' and $swaps++;
    unlink '${LOGS}/other.log';
    rename '${LOGS}/.other', '${LOGS}/other.log';
  }
  if ($swaps % 1000 < 2) { seek $count, 0, 0; syswrite $count, "$swaps\\n"; }
}
`

describe.skipIf(skipLab())(labTitle('links in the way'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      services: ['apache2'],
      files: {
        '/srv/outside/secret': 'secret\n',
        '/srv/outside/page.log': 'outside\n',
        [`${LOGS}/old/page.log`]: 'log\n',
        [`${LOGS}/other.log`]: 'log\n',
        '/opt/attack.pl': ATTACK,
      },
      setup: [['chmod', '-R', 'go=', '/srv/outside']],
    })
  })
  afterAll(() => lab?.stop())

  const outside = () => lab.output(['sh', '-c', "find /srv -printf '%p %U:%G %m %l\\n' | sort"])

  it('never lead an ownership change, or its undo, to a file outside', { timeout: 240_000 }, async () => {
    const before = await outside()
    const attack = lab.run(['sh', '-c', 'trap "" TERM; perl /opt/attack.pl & echo $! >/tmp/attacker; wait'], {
      user: 'www-data',
      timeoutMs: 230_000,
    })
    // Each walk hands the logs over at its second stage and is interrupted at another step of that trial.
    for (const step of ['restart', 'health']) {
      const walk = await lab.run(['hardenctl', 'apache2', '--yes', '--no-rehearsal'], {
        env: { HARDENCTL_KILL_BEFORE: `${step}:2:SIGTERM` },
        timeoutMs: 60_000,
      })
      expect(walk.exitCode, walk.stdout + walk.stderr).not.toBe(null)
      expect(await outside()).toBe(before)
      expect(await answerOf(lab)).toBe('200')
      await lab.run(['hardenctl', 'undo', 'apache2'])
      expect(await outside()).toBe(before)
    }
    expect(Number(await lab.read('/tmp/swaps')), 'swaps that the attacker came to').toBeGreaterThan(1000)
    await lab.run(['sh', '-c', 'kill -9 $(cat /tmp/attacker)'])
    await attack
    expect(await leftovers(lab)).toEqual([])
    expect(await answerOf(lab)).toBe('200')
  })
})

/** The script before it looked at what is open lost each of these within seconds; `npm run race` takes its time. */
describe.skipIf(skipLab())(labTitle('the service’s account, in a folder that was its own before'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab(raceLab)
    await prepareRace(lab, undoScript)
  })
  afterAll(() => lab?.stop())

  it.each(['links', 'files', 'folders', 'folder-links'] as const)(
    'is given nothing of root’s by an undo that it races with %s',
    async (mode) => {
      const { wins, runs, swaps } = await race(lab, mode, 7)
      expect(wins).toBe(0)
      // An attack that never came to its swaps, or an undo that never ran, would show nothing.
      expect(runs).toBeGreaterThan(0)
      expect(swaps).toBeGreaterThan(1000)
    },
  )
})
