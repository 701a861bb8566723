import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/definition.ts'
import { seal, unseal } from './faults/fault-disks.ts'
import { eventsOf } from './kit/events.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { list } from './kit/listing.ts'
import { comparable, show } from './kit/subjects.ts'
import { walked } from './kit/walked.ts'

/** What is typed after hardenctl, the exit code, and what the one line on standard error says. */
type Row = readonly [typed: string, code: number, says: RegExp]

const LINE = /^hardenctl: [^\n]+\n$/
/** A command that ends well says nothing there. */
const NOTHING = /^$/

const WRONG: readonly Row[] = [
  ['apache2 --yes --force', 2, /--force/],
  ['apache2 --yes --set ProtectHome=tight', 2, /ProtectHome takes yes, no, read-only or tmpfs/],
  ['apache2 --json', 2, /--json needs --yes/],
  ['apache2 nginx --yes', 2, /one unit at a time/],
  ['audit --threshold 101', 2, /0 to 100/],
  ['plan apache2 --mode 9', 2, /--mode takes an octal mode/],
  ['diff', 2, /name a plan/],
  ['diff /etc/passwd', 2, /\/etc\/passwd/],
  ['export', 2, /name a plan/],
  ['export apache2', 2, /one of --drop-in, --report OUT, --ansible DIR and --upstream/],
  ['export /etc/passwd --drop-in', 2, /\/etc\/passwd is no plan/],
  ['merge', 2, /name two plans or more/],
  ['merge /etc/passwd', 2, /name two plans or more/],
  ['merge /etc/passwd /etc/group', 2, /\/etc\/passwd is no plan/],
  ['try', 2, /name a drop-in and a unit/],
  ['try /etc/passwd', 2, /name a drop-in and a unit/],
  ['try /etc/passwd apache2', 2, /\/etc\/passwd is not tried/],
  ['try /lib/systemd/system/apache2.service apache2', 2, /is not tried: it sets \w+= \(line/],
  ['try /dev/zero apache2', 2, /\/dev\/zero is no file that can be read/],
  ['export --upstream', 2, /name a plan/],
  ['export apache2 --ansible x -o y', 2, /do not combine it with --output/],
  ['export apache2 --report x.md', 2, /--report needs the file of a plan/],
  ['export apache2 nginx --upstream', 2, /plans, or one unit alone: apache2 is no file/],
  ['export /etc/passwd --upstream', 2, /\/etc\/passwd is no plan/],
  ['apply', 2, /name a plan/],
  ['apply /etc/passwd --yes', 2, /\/etc\/passwd is no plan/],
  ['status a b', 2, /one unit at a time/],
  ['undo', 2, /name a unit/],
  ['undo apache2 --stage boot', 2, /--stage takes one of/],
  ['confirm', 2, /name a unit/],
  ['extend apache2 --yes', 2, /--yes is for the walk/],
  ['rollback a b', 2, /one unit at a time/],
  ['help apache2', 2, /no command "apache2"/],
]
const MISSING: readonly Row[] = [
  ['nosuch --yes', 1, /there is no unit nosuch\.service/],
  ['audit nosuch', 1, /nosuch\.service/],
  ['audit --metrics /nosuch/x', 1, /there is no folder \/nosuch/],
  ['plan nosuch -o /root/nosuch.json', 1, /there is no unit nosuch\.service/],
  ['diff /nosuch.json', 2, /\/nosuch\.json/],
  ['apply /nosuch.json --yes', 2, /\/nosuch\.json/],
  ['try /nosuch.conf apache2', 2, /there is no file \/nosuch\.conf/],
  ['try /root/given.conf nosuch', 1, /there is no unit nosuch\.service/],
  ['try /root/given.conf apache2 -o /nosuch/x.json', 1, /there is no folder \/nosuch/],
  ['merge /nosuch.json /nosuch.json', 2, /\/nosuch\.json/],
  ['merge /nosuch.json /nosuch.json -o /nosuch/x.json', 1, /there is no folder \/nosuch/],
  ['export /nosuch.json --drop-in', 2, /\/nosuch\.json/],
  ['export /nosuch.json --report /root/x.md', 2, /\/nosuch\.json/],
  ['export nosuch --drop-in', 1, /there is no unit nosuch\.service/],
  ['export nosuch --ansible /root/x', 1, /there is no unit nosuch\.service/],
  ['export nosuch --upstream', 1, /there is no unit nosuch\.service/],
  ['export /nosuch.json --upstream', 2, /\/nosuch\.json/],
  ['export /nosuch.json --ansible /root/x', 2, /\/nosuch\.json/],
  ['export apache2 --ansible /nosuch/x', 1, /\/nosuch\/x could not be made/],
  ['export apache2 --drop-in -o /nosuch/x.conf', 1, /there is no folder \/nosuch/],
  ['status nosuch', 1, /there is no unit nosuch\.service/],
  ['undo nosuch', 1, /there is no unit nosuch\.service/],
  ['undo nosuch --stage user', 1, /there is no unit nosuch\.service/],
  ...['confirm', 'extend', 'rollback'].map((word): Row => [`${word} nosuch`, 1, /nosuch/]),
]
/** What changes the host is refused; what only reads, or works in clones, needs no room. */
const NEEDS_ROOM = (says: RegExp): readonly Row[] => [
  ['apache2 --yes --no-rehearsal', 1, says],
  ['apply /root/plan.json --yes --no-rehearsal', 1, says],
  ['undo apache2', 1, says],
  ['undo apache2 --stage filesystem', 1, says],
  ['status apache2', 0, NOTHING],
  ['status', 0, NOTHING],
  ['audit apache2', 0, NOTHING],
  ['diff /root/plan.json', 0, NOTHING],
  ['export apache2 --drop-in', 0, NOTHING],
  ['export apache2 --upstream', 0, NOTHING],
  ['export /root/plan.json --drop-in', 0, NOTHING],
  ...['confirm', 'extend', 'rollback'].map((word): Row => [`${word} apache2`, 1, /apache2/]),
]

/** Where a file is asked for in a folder that can't be written to; /etc is sealed. */
const CLOSED: readonly Row[] = [
  'plan apache2 -o /etc/x',
  'try /root/given.conf apache2 -o /etc/x',
  'merge /root/plan.json /root/plan.json -o /etc/x',
  'audit --metrics /etc/x',
  'export apache2 --drop-in -o /etc/x',
  'export apache2 --upstream -o /etc/x',
  'export apache2 --ansible /etc/x',
  'export /root/plan.json --report /etc/x.md',
].map((typed): Row => [typed, 1, /\/etc can't be written to|\/etc\/x could not be made: EROFS/])

/** What a command line is about: the command, and of export and undo the form. */
function subjectOf(typed: string): string {
  const [name, form] = [typed.split(' ')[0], /--(?:drop-in|report|ansible|upstream|stage)\b/.exec(typed)?.[0]]
  const command = COMMANDS.find((one) => one.name === name)?.name ?? 'walk'
  return [command, form].filter(Boolean).join(' ')
}

const FILL_RUN = 'fallocate -l "$(($(df -k --output=avail /run | tail -1) - 512))k" /run/full'

describe.skipIf(skipLab())(labTitle('a command that can do nothing'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({ services: ['apache2'] })
    await lab.write('/root/given.conf', '[Service]\nProtectHome=yes\n')
    await walked(lab, 'apache2', ['--no-rehearsal', '--stages', 'filesystem'])
    await lab.output(['hardenctl', 'export', 'apache2', '--ansible', '/root/role'])
    await lab.output(['cp', '/root/role/roles/harden/files/plan.json', '/root/plan.json'])
  }, 100_000)
  afterAll(() => lab?.stop())

  const found = async () => {
    const { files, unit, machine } = comparable(await list(lab, 'apache2'))
    // A unit that was asked about stays in PID 1's memory for a while.
    return { files, unit, timers: machine.timers, invocation: await show(lab, 'apache2', 'InvocationID') }
  }
  let before: Awaited<ReturnType<typeof found>>

  async function expectRefused(rows: readonly Row[], options: { user?: string } = {}): Promise<void> {
    for (const [typed, code, says] of rows) {
      const { exitCode, stdout, stderr } = await lab.run(['hardenctl', ...typed.split(' ')], options)
      expect([typed, exitCode], stdout + stderr).toEqual([typed, code])
      expect(stderr, typed).toMatch(says)
      if (says !== NOTHING) expect(stderr, typed).toMatch(LINE)
    }
  }

  beforeEach(async () => {
    before = await found()
  })
  afterEach(async () => {
    expect(await found()).toEqual(before)
  })

  it('is every command in each of its forms', () => {
    const subjects = COMMANDS.flatMap(({ forms }) => forms.map(({ line }) => subjectOf(line)))
    const without = (rows: readonly Row[], ...names: string[]) => {
      const seen = rows.map(([typed]) => subjectOf(typed))
      return subjects.filter((subject) => !seen.includes(subject) && !names.includes(subject))
    }
    expect(without(WRONG)).toEqual([])
    expect(without(MISSING, 'help')).toEqual([])
    expect(without([...NEEDS_ROOM(/x/), ...CLOSED], 'help')).toEqual([])
  })

  it('for wrong arguments says so in one line, and changes nothing', () => expectRefused(WRONG))

  it('for a missing unit', () => expectRefused(MISSING))

  it('is told to a program as it is to a person', async () => {
    const told = [
      'nosuch --yes',
      'status nosuch',
      'undo nosuch',
      'confirm nosuch',
      'apply /nosuch.json --yes',
    ]
    for (const typed of told) {
      const result = await lab.run(['hardenctl', ...typed.split(' '), '--json'])
      expect(result.exitCode, typed).toBeGreaterThan(0)
      const said = eventsOf(result).find(({ event }) => event === 'refusal' || event === 'answer')
      expect(JSON.stringify(said), typed).toContain('nosuch')
      expect(result.stderr, typed).toContain('nosuch')
    }
  })

  it('without the rights', async () => {
    const rows = COMMANDS.filter(({ name }) => name !== 'help').map(({ name }): Row => {
      const typed = {
        walk: 'apache2 --yes',
        audit: 'audit',
        status: 'status',
        diff: 'diff /x.json',
        apply: 'apply /x.json',
        try: 'try /x.conf apache2',
        merge: 'merge /x.json /x.json',
        export: 'export /x.json --drop-in',
      }
      return [typed[name as keyof typeof typed] ?? `${name} apache2`, 1, /needs root.*sudo hardenctl/]
    })
    await expectRefused(rows, { user: 'www-data' })
  })

  it('with /etc read-only', async () => {
    await seal(lab, '/etc')
    try {
      await expectRefused([...NEEDS_ROOM(/\/etc\/systemd\/system can't be written to/), ...CLOSED])
    } finally {
      await unseal(lab, '/etc')
    }
  })

  it('with a full /run', async () => {
    await lab.output(['sh', '-c', FILL_RUN])
    try {
      await expectRefused(NEEDS_ROOM(/\/run has only \d+ KiB free/))
    } finally {
      await lab.output(['rm', '/run/full'])
    }
  })
})
