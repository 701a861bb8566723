import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planOf } from '../../src/session/plan/make-plan.ts'
import type { PlannedDirective } from '../../src/session/plan/schema.ts'
import { planned } from '../unit/session/plan/planned.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { list } from './kit/listing.ts'
import { comparable } from './kit/subjects.ts'

const plan = planOf(planned())

/** The plan with one line that is not hardenctl's in each row that it takes. */
function withLine(key: string, value: string): string {
  const changed = (row: PlannedDirective) =>
    row.state === 'taken' ? { ...row, assignments: [{ section: 'Service' as const, key, value }] } : row
  const stages = plan.stages.map((stage) => ({ ...stage, directives: stage.directives.map(changed) }))
  return JSON.stringify({ ...plan, stages })
}

const FILES: Readonly<Record<string, string>> = {
  '/srv/torn.json': JSON.stringify(plan).slice(0, 400),
  '/srv/empty.json': '',
  '/srv/newer.json': JSON.stringify({ ...plan, version: 9 }),
  '/srv/command.json': withLine('ExecStartPre', '+/bin/touch /srv/owned'),
  '/srv/second-line.json': withLine('ProtectHostname', 'yes\nExecStartPre=+/bin/touch /srv/owned'),
  '/srv/escape.json': withLine('ProtectHostname\u001b[2J', 'yes'),
}
const PLANS = [...Object.keys(FILES), '/srv/huge.json', '/srv/folder.json', '/srv/pipe.json']
const HOSTILE_DROP_IN = '[Service]\nProtectHome=yes\nExecStartPre=+/bin/touch /srv/owned\n'

/** Each command that reads a plan. */
const READERS: readonly ((path: string) => string[])[] = [
  (path) => ['diff', path],
  (path) => ['apply', path, '--yes'],
  (path) => ['merge', path, path, '-o', '/srv/out.json'],
  (path) => ['export', path, '--drop-in', '-o', '/srv/out.conf'],
  (path) => ['export', path, '--report', '/srv/out.md'],
  (path) => ['export', path, '--ansible', '/srv/out'],
  (path) => ['export', path, path, '--upstream', '-o', '/srv/out.md'],
]

describe.skipIf(skipLab())(labTitle('a file that nobody should trust'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      services: ['apache2'],
      files: { ...FILES, '/srv/given.conf': HOSTILE_DROP_IN },
      setup: [
        ['truncate', '-s', '100M', '/srv/huge.json'],
        ['mkdir', '/srv/folder.json'],
        ['mkfifo', '/srv/pipe.json'],
        ['ln', '-s', '/dev/zero', '/srv/zero.conf'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  const found = async () => {
    const { files, unit } = comparable(await list(lab, 'apache2'))
    return { files, unit, srv: await lab.output(['ls', '-A', '/srv']) }
  }

  async function expectOneLine(argv: readonly string[]): Promise<void> {
    const { exitCode, stdout, stderr } = await lab.run(['hardenctl', ...argv], { timeoutMs: 20_000 })
    expect([argv, exitCode, stdout], stderr).toEqual([argv, 2, ''])
    expect(stderr, argv.join(' ')).toMatch(/^hardenctl: [^\n\u001b]{1,400}\n$/)
  }

  it.each(PLANS)('%s is refused in one line by each command that reads a plan', async (path) => {
    const before = await found()
    for (const reader of READERS) await expectOneLine(reader(path))
    expect(await found()).toEqual(before)
  })

  it.each([
    '/srv/given.conf',
    '/srv/zero.conf',
    '/srv/torn.json',
    '/srv/huge.json',
    '/srv/folder.json',
    '/srv/pipe.json',
  ])('%s is not tried', async (path) => {
    const before = await found()
    await expectOneLine(['try', path, 'apache2', '-o', '/srv/out.json'])
    expect(await found()).toEqual(before)
  })
})
