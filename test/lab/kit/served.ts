import { createHash } from 'node:crypto'
import { STAGES } from '../../../src/catalog/common/types.ts'
import type { Plan, PlannedDirective, PlannedStage } from '../../../src/session/plan/schema.ts'
import { PLAN_SCHEMA } from '../../../src/session/plan/schema.ts'
import { FLEET_PACKAGES } from './fleet.ts'
import { bootLab, type Lab } from './lab.ts'
import { show } from './subjects.ts'

/** It answers with a page from the folder that /etc/served names, and counts each answer in its own. */
const SERVER = `
from http.server import BaseHTTPRequestHandler, HTTPServer

class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            with open(open('/etc/served').read().strip() + '/page', 'rb') as page:
                body = page.read()
            with open('/var/lib/served/answers', 'a') as answers:
                answers.write('one\\n')
            self.send_response(200)
        except OSError as error:
            body = str(error).encode()
            self.send_response(500)
        self.end_headers()
        self.wfile.write(body)

HTTPServer(('127.0.0.1', 8097), Page).serve_forever()
`
const UNIT_PATH = '/etc/systemd/system/served.service'
const UNIT = '[Service]\nExecStart=/usr/bin/python3 /opt/server.py\n[Install]\nWantedBy=multi-user.target\n'

/** A host of a fleet with a page server that runs as root. `from`: the folder of the page. */
export function bootServed(from: string, suite = 'trixie', isBare = true): Promise<Lab> {
  return bootLab({
    suite,
    packages: FLEET_PACKAGES,
    isBare,
    files: {
      '/opt/server.py': SERVER,
      [UNIT_PATH]: UNIT,
      '/etc/served': from,
      [`${from}/page`]: 'a page',
      '/var/lib/served/answers': '',
    },
    services: ['served'],
    ready: ['curl', '-sf', 'http://127.0.0.1:8097/'],
  })
}

/** Settings that its plan changes, whether it runs, and who owns its files. */
export async function stateOfServed(lab: Lab): Promise<string[]> {
  const settings = ['User', 'ProtectHome', 'LockPersonality', 'ProtectClock', 'ActiveState']
  const shown = await Promise.all(settings.map((key) => show(lab, 'served', key)))
  const owners = await lab.output(['stat', '-c', '%U', ...OWNERS.map(({ path }) => path)])
  return [...shown, ...owners.trim().split('\n')]
}

export const STOCK_STATE = ['', 'no', 'no', 'no', 'active', 'root', 'root']

/** Files of hardenctl and of a roll-out on a host where hardenctl is not installed. */
export async function leftovers(lab: Lab): Promise<string> {
  const { stdout } = await lab.run(['find', '/run', '/etc', '/var/lib', '-name', '*hardenctl*'])
  return stdout.trim()
}

/** Gives the server's unit to a package of Debian, in this version. */
export async function installServed(lab: Lab, version: string): Promise<void> {
  const control = `Package: served\nVersion: ${version}\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: page server\n`
  await lab.write('/srv/package/DEBIAN/control', control)
  await lab.write(`/srv/package${UNIT_PATH}`, UNIT)
  await lab.output(['dpkg-deb', '--root-owner-group', '--build', '/srv/package', '/srv/served.deb'])
  await lab.output(['dpkg', '--install', '/srv/served.deb'])
}

/** What the exercise below would write on this machine, were it read as a template. */
export const OWNED = '/tmp/hardenctl-owned-by-a-plan'
const HOSTILE = `/usr/bin/test '{{ lookup("pipe", "touch ${OWNED}") }}' != x`
export const HOSTILE_EXERCISE: Plan['checks'][number] = {
  kind: 'exercise',
  given: true,
  text: HOSTILE,
  label: HOSTILE,
  answer: 'exit 0',
}

function taken(directive: string, value: string, more: Partial<PlannedDirective> = {}): PlannedDirective {
  return {
    directive,
    state: 'taken',
    left: null,
    why: null,
    value,
    assignments: [{ section: 'Service', key: directive, value }],
    gain: 0.1,
    evidence: [{ kind: 'seen', text: 'Nothing of it was seen.', trial: null }],
    proof: { state: 'proven', reason: null, oddity: null },
    loosened_by: [],
    owners: [],
    account: null,
    ...more,
  }
}

const OWNERS = ['/var/lib/served', '/var/lib/served/answers'].map((path) => ({
  path,
  user: 'served',
  group: null,
  mode: null,
  why: 'The service writes it.',
}))

const ROWS: Partial<Record<PlannedStage['stage'], PlannedDirective[]>> = {
  user: [taken('User', 'served', { owners: OWNERS, account: { name: 'served', id: 990 } })],
  filesystem: [taken('ProtectHome', 'yes')],
  system: [taken('LockPersonality', 'yes'), taken('ProtectClock', 'yes')],
}

/** Without the user switch, which hardenctl takes only as it would write it itself. */
export const RESTRICTIONS: typeof ROWS = { filesystem: ROWS.filesystem ?? [], system: ROWS.system ?? [] }

/** A plan of that server: it can't bear ProtectHome=yes where its page is below /home. */
export function servedPlan(checks: Plan['checks'] = [], rows = ROWS): Plan {
  const exposure = { before: 9.6, after: 9.0 }
  return {
    $schema: PLAN_SCHEMA,
    version: 1,
    hardenctl: '0.2.0',
    at: '2026-11-26T10:00:00.000Z',
    unit: 'served.service',
    description: 'Page server',
    made_on: {
      host: 'one',
      architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
      systemd: 'systemd 257 (257.13-1~deb13u1)',
      kernel: '6.12.0',
      libc: 'glibc 2.41',
      packages: {},
      programs: [UNIT_PATH],
      unit_files: createHash('sha256').update(`${UNIT_PATH}\0${UNIT.length}\0${UNIT}`).digest('hex'),
    },
    asked: { level: 'standard', stages: [...STAGES], syscalls: 'groups' },
    exposure,
    stages: STAGES.map((stage) => ({
      stage,
      outcome: rows[stage] === undefined ? 'nothing' : 'taken',
      note: null,
      exposure,
      proof: { state: 'proven', reason: null, oddity: null },
      directives: rows[stage] ?? [],
    })),
    checks: [
      {
        kind: 'check',
        given: false,
        text: 'http://127.0.0.1:8097/',
        label: 'GET http://127.0.0.1:8097/',
        answer: '200',
      },
      ...checks,
    ],
    reached: { played: [], in_clones: [], not_reached: [] },
    kept_before: [],
    notes: [],
  }
}
