import { setTimeout as pause } from 'node:timers/promises'
import { bootLab, type Lab, type LabWish } from './lab.ts'
import type { Listing } from './listing.ts'
import { httpd } from './services/httpd.ts'

/** One service that the walk is held to, and what an administrator knows of it. */
export interface Subject {
  /** As it is given to hardenctl. */
  name: string
  suite: string
  wish: LabWish
  /** What GET / answers before anything is changed. */
  answer: string
  /** Highest exposure ×10 that the walk may end with. */
  most: number
  /** The account that the main process ends up with. */
  user: string
  /** Where each request leaves a line. */
  accessLog: string
  /** Each stage in a clone first: it takes twice as long, so only some walks do. */
  rehearse: boolean
  /** How it is walked in every run; in the other way, or without this in both, in `npm run test:all` alone. */
  often?: '--yes' | 'keys'
}

const apache2 = {
  name: 'apache2',
  wish: { services: ['apache2'] },
  answer: '200',
  most: 15,
  user: 'www-data',
  accessLog: '/var/log/apache2/access.log',
}

const nginx = {
  name: 'nginx',
  wish: { services: ['nginx'] },
  answer: '200',
  most: 16,
  user: 'www-data',
  accessLog: '/var/log/nginx/access.log',
}

const rocky = {
  name: 'httpd',
  wish: httpd,
  answer: '403',
  most: 15,
  user: 'apache',
  accessLog: '/var/log/httpd/access_log',
}

export const SUBJECTS: readonly Subject[] = [
  { ...apache2, suite: 'bookworm', rehearse: true, often: '--yes' },
  { ...apache2, suite: 'trixie', rehearse: false, often: 'keys' },
  { ...nginx, suite: 'bookworm', rehearse: false },
  { ...nginx, suite: 'trixie', rehearse: false, often: '--yes' },
  { ...rocky, suite: 'bookworm', rehearse: false, often: '--yes' },
]

export function bootSubject({ wish, suite }: Subject): Promise<Lab> {
  return bootLab({ ...wish, suite })
}

/** The status code of a request, '000' when there is no answer. */
export async function answerOf(lab: Lab, url = 'http://127.0.0.1/', method = 'GET'): Promise<string> {
  const ask = ['curl', '-s', '-o', '/dev/null', '-m', '5', '-w', '%{http_code}', '-X', method, url]
  return (await lab.run(ask)).stdout
}

/** Exposure ×10 as systemd-analyze itself reckons it. */
export async function exposureOf(lab: Lab, unit: string): Promise<number> {
  const text = await lab.output(['systemd-analyze', 'security', '--no-pager', unit])
  const score = /exposure level for .*: (\d+)\.(\d)/.exec(text)
  if (score === null) throw new Error(`systemd-analyze says no score:\n${text}`)
  return Number(`${score[1]}${score[2]}`)
}

export async function show(lab: Lab, unit: string, property: string): Promise<string> {
  return (await lab.output(['systemctl', 'show', '--value', `--property=${property}`, unit])).trim()
}

/** The drop-in that hardenctl keeps for a unit; undefined when it keeps none. */
export function keptDropIn(lab: Lab, unit: string): Promise<string | undefined> {
  return lab.read(`/etc/systemd/system/${unit}.d/zz-hardenctl-kept.conf`)
}

/** Asks twice a second; false when it did not come true in time. */
export async function within(limitMs: number, isTrue: () => Promise<boolean>): Promise<boolean> {
  const ends = Date.now() + limitMs
  while (!(await isTrue())) {
    if (Date.now() > ends) return false
    await pause(500)
  }
  return true
}

/** What stands by in PID 1 to undo a trial, as a timer. */
async function deadMen(lab: Lab): Promise<string[]> {
  const units = ['systemctl', 'list-units', '--no-legend', '--plain', 'hardenctl-deadman-*.timer']
  return (await lab.output(units)).split('\n').flatMap((line) => line.split(' ')[0] || [])
}

/**
 * Has PID 1 run now what its timer would run half a minute later, as the timer itself does: the service of the same
 * name. False where none stands by.
 */
export async function fireDeadMan(lab: Lab): Promise<boolean> {
  const [timer] = await deadMen(lab)
  if (timer === undefined) return false
  await lab.output(['systemctl', 'start', timer.replace(/timer$/, 'service')], { timeoutMs: 60_000 })
  return true
}

/** Everything that hardenctl may have on a machine only while it works. Empty when it left nothing. */
export async function leftovers(lab: Lab): Promise<string[]> {
  const find = [
    ...['find', '/run/hardenctl', '/run/systemd/system', '/run/systemd/transient', '/etc/systemd/system'],
    ...['-name', '*hardenctl*', '-not', '-name', 'zz-hardenctl-kept.conf'],
  ]
  const units = ['systemctl', 'list-units', '--all', '--no-legend', '--plain', 'hardenctl-*']
  const found = [(await lab.run(find)).stdout, await lab.output(units)]
  return found.flatMap((text) => text.split('\n')).filter((line) => line !== '')
}

/** Lists of units that systemd prints in the order of a hash table, another one after each daemon-reload. */
const UNORDERED =
  /^(Requires|Wants|Before|After|Conflicts|RequiredBy|WantedBy|TriggeredBy|Names|IPAddress(Allow|Deny)|(Requires|Wants)MountsFor)$/

/** A listing without what systemd itself makes or shuffles when any unit is loaded. */
export function comparable({ files, unit, machine }: Listing): Listing {
  const { '/run/systemd/transient': _, ...others } = files
  const sorted = Object.entries(unit).map(([key, value]) =>
    UNORDERED.test(key) ? [key, value.split(' ').sort().join(' ')] : [key, value],
  )
  // They end soon after a boot, whoever looks.
  const units = machine.units.filter((name) => !name.startsWith('run-credentials-'))
  return { files: others, unit: Object.fromEntries(sorted), machine: { ...machine, units } }
}
