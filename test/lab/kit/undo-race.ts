import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SYSTEM_MANAGER } from '../../../src/host/manager.ts'
import type { OwnershipRecord } from '../../../src/trial/transaction/ownership.ts'
import type { UndoPlan } from '../../../src/trial/transaction/undo-script.ts'
import type { Lab, LabWish } from './lab.ts'
import { project } from './project.ts'

/** What the account puts in the place of what is its own, while root gives that back to it. */
export const RACES = ['links', 'files', 'folders', 'folder-links', 'fifos'] as const
export type Race = (typeof RACES)[number]

export interface RaceResult {
  mode: Race
  /** Runs of the script. */
  runs: number
  /** Swaps that the account came to. */
  swaps: number
  /** Runs in which something of root's changed hands, or that were held up for more than 100 s. */
  wins: number
  /** Seconds to the first win. */
  first: number | null
  /** Seconds of the longest run. */
  longest: number
}

const FOLDER = '/run/lock/race'

/** A folder of the service's own account, as RuntimeDirectory= has it, with what root keeps in it and elsewhere. */
const SETUP = `
umask 022
mkdir -p ${FOLDER} /srv/race && cd ${FOLDER}
for number in $(seq -w 0 99); do : >f$number; done
for number in $(seq -w 0 19); do mkdir d$number; done
mkfifo .fifo && ln -s /srv/race/secret .link && ln -s /srv/race .folder-link
chown -hR www-data:www-data .
echo secret >.root && chmod 600 .root && mkdir -m 700 .roots
echo secret >/srv/race/secret && chmod 600 /srv/race/secret && chmod 700 /srv/race`

export const raceLab: LabWish = { setup: [['sh', '-c', SETUP]] }

async function recordsOf(lab: Lab): Promise<OwnershipRecord[]> {
  const list = `find ${FOLDER} -printf '%y %p %D %i %U %G %m\\n' | sort -k 2`
  const lines = (await lab.output(['sh', '-c', list])).trim().split('\n')
  return lines.flatMap((line): OwnershipRecord[] => {
    const [type, path = '', device = '', inode = '', uid, gid, mode = ''] = line.split(' ')
    if (!/\/(race|[df]\d+)$/.test(path)) return []
    const kind = type === 'd' ? 'directory' : 'file'
    const owner = { uid: Number(uid), gid: Number(gid), mode: Number.parseInt(mode, 8) }
    return [{ path, kind, device, inode, ...owner, given: [33] }]
  })
}

/** Puts a checkout's script that undoes a trial of that folder into the lab, whole; the races run it as at a boot. */
export async function prepareRace(lab: Lab, undoScript: (plan: UndoPlan) => string): Promise<void> {
  const plan = {
    unit: 'race.service',
    token: '0123456789abcdef',
    trialDropIn: '/run/systemd/system/race.service.d/zz-trial.conf',
    keptDropIn: '/etc/systemd/system/race.service.d/zz-kept.conf',
    manager: SYSTEM_MANAGER,
    runFolder: '/run/hardenctl/race',
    bootFiles: [],
    foldersMade: [],
    daemons: [],
    invocation: 'none',
    restartMark: '/run/hardenctl/race/restarted',
  }
  await lab.write('/opt/undo.sh', undoScript({ ...plan, records: await recordsOf(lab) }))
  await lab.write('/opt/race.pl', readFileSync(join(project, 'test/lab/inside/race.pl'), 'utf8'))
}

/** Has the account race the script for so many seconds. */
export async function race(lab: Lab, mode: Race, seconds: number): Promise<RaceResult> {
  const argv = ['perl', '/opt/race.pl', mode, String(seconds)]
  return JSON.parse(await lab.output(argv, { timeoutMs: (seconds + 130) * 1000 })) as RaceResult
}
