import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from '../../kit/command.ts'
import { type Fleet, makeFleet } from '../../kit/fleet.ts'
import type { Lab } from '../../kit/lab.ts'
import { project } from '../../kit/project.ts'
import { bootServed, installServed } from '../../kit/served.ts'
import { show } from '../../kit/subjects.ts'

const failures: string[] = []

function check(what: string, found: unknown, wanted: unknown): void {
  const isRight = JSON.stringify(found) === JSON.stringify(wanted)
  console.log(`${isRight ? 'ok  ' : 'FAIL'} ${what}: ${JSON.stringify(found)}`)
  if (!isRight) failures.push(what)
}

async function stateOf(lab: Lab): Promise<string> {
  const [home, state] = [await show(lab, 'served', 'ProtectHome'), await show(lab, 'served', 'ActiveState')]
  const answer = await lab.run(['curl', '-sf', 'http://127.0.0.1:8097/'])
  return `ProtectHome=${home}, ${state}, answers ${answer.stdout}`
}

const STOCK = 'ProtectHome=no, active, answers a page'
const HARDENED = 'ProtectHome=yes, active, answers a page'

/** The collection that hardenctl itself exports in a lab. */
async function exported(lab: Lab): Promise<Record<string, string>> {
  const exercise = 'curl -sf http://127.0.0.1:8097/'
  await lab.output(['hardenctl', 'plan', 'served', '-o', '/srv/plan.json', '--exercise', exercise], {
    timeoutMs: 600_000,
  })
  await lab.output(['hardenctl', 'export', '/srv/plan.json', '--ansible', '/srv/collection'])
  const paths = await lab.output(['find', '/srv/collection', '-type', 'f', '-printf', '%P\\n'])
  const names = paths.trim().split('\n')
  const texts = await Promise.all(names.map((name) => lab.output(['cat', `/srv/collection/${name}`])))
  return Object.fromEntries(names.map((name, at) => [name, texts[at] ?? '']))
}

/** By a Node of its own: what makes packages looks for its parts beside its source, and this program is bundled. */
async function buildDeb(folder: string): Promise<string> {
  const program = `
    import { makeDeb } from '${join(project, 'bin/package/deb.ts')}'
    import { buildPackage } from '${join(project, 'test/lab/kit/packages.ts')}'
    console.log(await buildPackage(makeDeb, '${folder}', '0.2.0'))`
  const built = await command([process.execPath, '--input-type=module', '-e', program], {
    timeoutMs: 120_000,
  })
  if (built.exitCode !== 0) throw new Error(built.stderr)
  return built.stdout.trim()
}

/** Cuts the connections of a host once its service was restarted under trial. */
async function cutInTheMidst(fleet: Fleet, lab: Lab): Promise<void> {
  const before = await show(lab, 'served', 'InvocationID')
  const ends = Date.now() + 600_000
  while (Date.now() < ends) {
    const now = await show(lab, 'served', 'InvocationID')
    if (now !== before && now !== '') break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await fleet.cutOff('cut', lab)
}

async function bootFive() {
  const [one, two, three, cut, broken] = await Promise.all([
    bootServed('/srv', 'trixie', false),
    bootServed('/srv', 'bookworm'),
    bootServed('/srv', 'trixie', false),
    bootServed('/srv', 'bookworm'),
    bootServed('/home/served', 'trixie'),
  ])
  return { one, two, three, cut, broken }
}

type Five = Awaited<ReturnType<typeof bootFive>>

async function makeFleetOf(ansible: string, labs: Five, deb: string): Promise<Fleet> {
  const files = await exported(labs.one)
  const size = Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  console.log(`the collection: ${Object.keys(files).length} files, ${size} bytes`)
  return makeFleet(ansible, labs, {
    name: 'served_service',
    files,
    more: ['later'],
    variables: { two: { harden_deb: deb } },
  })
}

/** One host is cut off in the midst, one does not bear the plan. */
async function firstRun(fleet: Fleet, { one, two, three, cut, broken }: Five): Promise<void> {
  const report = join(fleet.folder, 'report.md')
  const given = [`harden_report=${report}`, '{"harden_serial": [1, 2, 2, 1]}', 'harden_seconds_to_undo=60']
  const cutting = cutInTheMidst(fleet, cut)
  const first = await fleet.rollOut(
    given.flatMap((text) => ['-e', text]),
    { timeoutMs: 1_800_000 },
  )
  await cutting
  console.log(readFileSync(report, 'utf8'))
  if (first.exitCode !== 2 && first.exitCode !== 6) console.log(first.stdout, first.stderr)
  for (const [name, lab] of Object.entries({ one, two, three })) check(name, await stateOf(lab), HARDENED)
  check('broken', await stateOf(broken), STOCK)
  check(
    'the roll-out goes no further',
    /\| later \| {2}\| {2}\| not reached \|/.test(readFileSync(report, 'utf8')),
    true,
  )
  await new Promise((resolve) => setTimeout(resolve, 62_000))
  check('cut, undone by its timer', await stateOf(cut), STOCK)
}

async function laterRuns(fleet: Fleet, { cut }: Five): Promise<void> {
  const again = await fleet.rollOut(['--limit', 'one,two,three', '-e', '{"harden_serial": 3}'])
  const recap = ['one', 'two', 'three'].map(
    (name) => new RegExp(`^${name} +: .*changed=0 +unreachable=0 +failed=0`, 'm'),
  )
  check(
    'the second run changes nothing',
    recap.map((row) => row.test(again.stdout)),
    [true, true, true],
  )
  await fleet.letIn('cut', cut)
  await fleet.rollOut(['--limit', 'cut'], { timeoutMs: 300_000 })
  check('cut, when it is back', await stateOf(cut), HARDENED)
}

/** npm run fleet: hardenctl plans on one lab, exports, and ansible-playbook rolls it out to five. Returns what failed. */
export async function rollOutToFive(ansible: string): Promise<readonly string[]> {
  const packages = mkdtempSync(join(tmpdir(), 'hardenctl-fleet-packages-'))
  const deb = await buildDeb(packages)
  const labs = await bootFive()
  try {
    for (const lab of Object.values(labs)) await installServed(lab, lab === labs.three ? '1.1' : '1.0')
    const fleet = await makeFleetOf(ansible, labs, deb)
    try {
      await firstRun(fleet, labs)
      await laterRuns(fleet, labs)
    } finally {
      fleet.stop()
    }
  } finally {
    rmSync(packages, { recursive: true })
    await Promise.all(Object.values(labs).map((lab) => lab.stop()))
  }
  return failures
}
