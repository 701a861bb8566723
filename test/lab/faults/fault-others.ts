import type { Lab } from '../kit/lab.ts'
import { show } from '../kit/subjects.ts'
import type { FaultKind } from './fault-kind.ts'

/** The condition that every subject of a fault run starts with waits as long as this file is there. */
export const HANG_FILE = '/opt/hang'

const ADMIN_TEXT = '[Service]\nEnvironment=ADMIN=here\n'
const EDIT = 'Environment=ADMIN=edited'

/** From the first thing that the trial does up to its commit: what others do is noticed at the latest there. */
const BEFORE_COMMIT = ['arm', 'hand-over', 'write', 'reload', 'verify', 'restart', 'health', 'recheck']

const adminDropIn = (unit: string) => `/etc/systemd/system/${unit}.d/admin.conf`
const keptPath = (unit: string) => `/etc/systemd/system/${unit}.d/zz-hardenctl-kept.conf`
const trialPath = (unit: string) => `/run/systemd/system/${unit}.d/zz-hardenctl-trial.conf`

const reload = (lab: Lab) => lab.output(['systemctl', 'daemon-reload'])

/** Adds a line to a file of hardenctl's; false when there is none. */
async function edit(lab: Lab, path: string): Promise<boolean> {
  if ((await lab.read(path)) === undefined) return false
  await lab.output(['sh', '-c', 'printf "[Service]\\n%s\\n" "$2" >>"$1"', 'sh', path, EDIT])
  await reload(lab)
  return true
}

const SAVED = '/opt/saved'

/** What of a package makes the unit: its file, and the script from which PID 1 would make one otherwise. */
const TAKE_AWAY = `
  mkdir ${SAVED} && mv -- "$1" ${SAVED}/unit && cd /etc/init.d && { [ ! -e "$2" ] || mv -- "$2" ${SAVED}/script; }`
const PUT_BACK = `
  mv -- ${SAVED}/unit "$1" && { [ ! -e ${SAVED}/script ] || mv -- ${SAVED}/script "/etc/init.d/$2"; } && rmdir ${SAVED}`
const UPGRADE = `
  mkdir ${SAVED} && cp -a -- "$1" ${SAVED}/unit && cp -a -- "$1" "$1.dpkg-new" &&
  sed -i 's/^Description=.*/Description=A newer release/' "$1.dpkg-new" && mv -- "$1.dpkg-new" "$1"`

const fragments = new Map<string, string>()

/** What the scripts about the unit's file are given: the file, and the name without suffix. */
async function ofFragment(lab: Lab, unit: string): Promise<[string, string]> {
  const path = fragments.get(`${lab.name} ${unit}`) ?? (await show(lab, unit, 'FragmentPath'))
  fragments.set(`${lab.name} ${unit}`, path)
  return [path, unit.replace('.service', '')]
}

async function withFragment(lab: Lab, unit: string, script: string): Promise<void> {
  await lab.output(['sh', '-c', script, 'sh', ...(await ofFragment(lab, unit))])
  await reload(lab)
}

/** In the midst of the next start: it waits for HANG_FILE, and then finds nothing that it could start. */
async function vanishInStart(lab: Lab, unit: string): Promise<void> {
  await lab.write(HANG_FILE, '')
  const script = `
    until [ "$(systemctl show --property=ActiveState --value "$2")" = activating ]; do sleep 0.05; done
    ${TAKE_AWAY.trim()}
    systemctl daemon-reload
    rm ${HANG_FILE}`
  const run = ['systemd-run', '--quiet', '--collect', '--unit=lab-vanish']
  await lab.output([...run, 'sh', '-c', script, 'sh', ...(await ofFragment(lab, unit))])
}

export const OTHERS_AT_WORK: readonly FaultKind[] = [
  {
    name: 'somebody restarts the service',
    signals: ['SIGSTOP'],
    meanwhile: async (lab, unit) => {
      await lab.run(['systemctl', 'reset-failed', unit])
      // Under a trial that breaks the service it breaks for them too; what matters is how it ends.
      await lab.run(['systemctl', 'restart', unit])
    },
    after: 'go on',
    says: {
      words: /restarted by somebody else/,
      at: BEFORE_COMMIT.filter((step) => step !== 'health'),
    },
  },
  {
    name: 'somebody stops the service',
    signals: ['SIGSTOP'],
    meanwhile: (lab, unit) => lab.run(['systemctl', 'stop', unit]),
    after: 'go on',
    says: { words: /stopped by somebody else|inactive/, at: BEFORE_COMMIT },
    mend: async (lab, unit, step) => {
      const state = await show(lab, unit, 'ActiveState')
      // Once the trial has restarted it nobody can tell whose stop it was.
      const must = step === 'health' || step === 'recheck' ? ['active'] : ['active', 'inactive']
      if (!must.includes(state)) throw new Error(`the service was left ${state}`)
      await lab.output(['systemctl', 'start', unit])
    },
  },
  {
    name: 'the administrator adds a drop-in',
    signals: ['SIGSTOP'],
    meanwhile: async (lab, unit) => {
      await lab.write(adminDropIn(unit), ADMIN_TEXT)
      await reload(lab)
    },
    after: 'go on',
    says: { words: /admin\.conf was added by somebody else/, at: BEFORE_COMMIT },
    mend: async (lab, unit) => {
      if ((await lab.read(adminDropIn(unit))) !== ADMIN_TEXT)
        throw new Error('the administrator’s drop-in is not as it was written')
      await lab.output(['rm', adminDropIn(unit)])
      await lab.run(['rmdir', `/etc/systemd/system/${unit}.d`])
      await reload(lab)
    },
  },
  {
    name: 'the administrator edits the trial’s drop-in',
    signals: ['SIGSTOP'],
    steps: ['reload', 'verify', 'restart', 'health', 'recheck', 'commit'],
    meanwhile: (lab, unit) => edit(lab, trialPath(unit)),
    after: 'go on',
    says: { words: /somebody else edited .*trial\.conf/, at: BEFORE_COMMIT },
  },
  {
    name: 'the administrator edits the kept drop-in',
    signals: ['SIGSTOP'],
    meanwhile: (lab, unit) => edit(lab, keptPath(unit)),
    after: 'go on',
    says: {
      words: /kept\.conf (was changed by somebody else|differs from what hardenctl wrote)/,
      at: ['snapshot', ...BEFORE_COMMIT, 'commit'],
    },
    mend: async (lab, unit) => {
      const text = await lab.read(keptPath(unit))
      if (!text?.includes(EDIT)) throw new Error('the administrator’s lines were written over')
      await lab.write(keptPath(unit), text.replace(`[Service]\n${EDIT}\n`, ''))
      await reload(lab)
    },
  },
  {
    name: 'a package upgrade replaces the unit’s file',
    signals: ['SIGSTOP'],
    meanwhile: (lab, unit) => withFragment(lab, unit, UPGRADE),
    after: 'go on',
    says: { words: /\.service was changed by somebody else/, at: BEFORE_COMMIT },
    mend: (lab, unit) => withFragment(lab, unit, PUT_BACK),
  },
  {
    name: 'the unit vanishes',
    signals: ['SIGSTOP'],
    meanwhile: (lab, unit) => withFragment(lab, unit, TAKE_AWAY),
    after: 'go on',
    says: { words: /\.service was removed/, at: BEFORE_COMMIT },
    mend: (lab, unit) => withFragment(lab, unit, PUT_BACK),
  },
  {
    name: 'the unit vanishes while it starts',
    signals: ['SIGSTOP'],
    steps: ['restart'],
    meanwhile: vanishInStart,
    after: 'go on',
    mend: (lab, unit) => withFragment(lab, unit, PUT_BACK),
  },
  {
    name: 'a second hardenctl',
    signals: ['SIGSTOP'],
    meanwhile: async (lab, unit) => {
      for (const argv of [
        [unit, '--yes', '--no-rehearsal'],
        ['undo', unit],
      ]) {
        const second = await lab.run(['hardenctl', ...argv])
        if (second.exitCode === 0 || !/another hardenctl is at work/.test(second.stderr))
          throw new Error(`a second hardenctl was let in: ${second.stdout}${second.stderr}`)
      }
    },
    after: 'go on',
  },
]
