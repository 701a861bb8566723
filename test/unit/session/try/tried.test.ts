import { describe, expect, it } from 'vitest'
import { CATALOG } from '../../../../src/catalog/index.ts'
import type { Facts } from '../../../../src/observe/facts.ts'
import { planOf } from '../../../../src/session/plan/make-plan.ts'
import type { PlannedDirective } from '../../../../src/session/plan/schema.ts'
import { parseDropIn } from '../../../../src/session/try/parse-drop-in.ts'
import { endOfTry, howToTake, triedLine, triedRows } from '../../../../src/session/try/tried-rows.ts'
import { triedWork } from '../../../../src/session/try/tried-work.ts'
import { emptyFacts, listening, process } from '../../catalog/build-facts.ts'
import { nginxLike, redisLike } from '../../catalog/services.ts'
import { planned } from '../plan/planned.ts'

/** The row of one directive as it is tried. */
function tried(text: string, facts: Facts) {
  const rows = parseDropIn(`[Service]\n${text}`)
  const key = rows[0]?.directive
  const stage = CATALOG.find((one) => one.key === key)?.stage ?? 'system'
  const work = triedWork(rows, stage, facts)
  return { result: work.proposals[0]?.result, isTicked: work.ticked.has(key ?? '') }
}

const nginx = nginxLike()
const NOTHING_NAMED = { named: [], imports: [], interpreters: [], monitors: [], sudo: [] }
/** A daemon that talks to nobody but this machine, as far as was seen. */
const local: Facts = {
  ...emptyFacts(),
  processes: [process(10, 990, { isMain: true })],
  sockets: [listening('AF_INET', '127.0.0.1', 873, [10])],
  given: { level: 'standard', asked: true, exercised: false },
  reach: NOTHING_NAMED,
}

describe("a row of another's drop-in", () => {
  it('is tried with its own lines, and no ladder of hardenctl', () => {
    const { result, isTicked } = tried(
      'CapabilityBoundingSet=CAP_SETUID\nCapabilityBoundingSet=CAP_SETGID',
      nginx,
    )
    expect(result).toMatchObject({
      kind: 'propose',
      assignments: [{ value: 'CAP_SETUID' }, { value: 'CAP_SETGID' }],
      evidence: [{ kind: 'asked', text: 'The drop-in has it (line 2, 3).' }],
    })
    expect(result).not.toHaveProperty('ladder')
    expect(isTicked).toBe(true)
  })

  it('is taken where it was reached', () => {
    expect(tried('IPAddressDeny=any', local).isTicked).toBe(true)
  })

  it.each<[string, string, Facts, object]>([
    ['is in force', 'NoNewPrivileges=true', redisLike(), { kind: 'in-force' }],
    [
      'loosens a setting',
      'ProtectSystem=full',
      redisLike(),
      { kind: 'unfit', why: expect.stringMatching(/^ProtectSystem=strict is in force\./) },
    ],
    ['loosens a mask', 'UMask=0000', nginx, { kind: 'unfit', why: expect.stringContaining('loosen') }],
    [
      'only lets more through',
      'ExecPaths=/srv',
      nginx,
      { kind: 'unfit', why: expect.stringContaining('NoExecPaths=') },
    ],
    ['is newer than this systemd', 'ProtectProc=invisible', { ...nginx, systemd: 246 }, { kind: 'unknown' }],
    [
      'denies a use that nobody played',
      'IPAddressDeny=any',
      {
        ...local,
        reach: { ...NOTHING_NAMED, named: [{ kind: 'host', name: 'db.corp.net', where: '/etc/srv.conf' }] },
      },
      { kind: 'propose', notReached: expect.stringContaining('/etc/srv.conf') },
    ],
  ])('is not taken where it %s', (_, text, facts, result) => {
    const found = tried(text, facts)
    expect(found.result).toMatchObject(result)
    expect(found.isTicked).toBe(false)
  })
})

const row = planOf(planned()).stages.flatMap(({ directives }) => directives)[0] as PlannedDirective

function outcomes(...changes: Partial<PlannedDirective>[]) {
  const plan = planOf(planned())
  const directives = changes.map((change, at) => ({ ...row, directive: `Row${at}`, ...change }))
  const stages = plan.stages.map((stage, at) => ({ ...stage, directives: at === 0 ? directives : [] }))
  return triedRows({ ...plan, stages }, [])
}

describe('what a row came to', () => {
  it.each<[Partial<PlannedDirective>, RegExp]>([
    [{}, /^Row0=yes: holds$/],
    [
      { loosened_by: [{ kind: 'read-write-path', path: '/srv' }] },
      /^Row0=yes: breaks as it is, and holds with more: the service needs to write \/srv$/,
    ],
    [{ state: 'left', left: 'broke', why: 'it died' }, /: breaks: it died$/],
    [
      { state: 'left', left: 'not-reached', why: 'mails', proof: { ...row.proof, state: 'none' } },
      /: left to you: mails$/,
    ],
    [{ state: 'left', left: 'person', why: 'Sessions.' }, /: left to you: it held in a clone\. Sessions\.$/],
    [{ state: 'unfit', why: 'It mounts.' }, /: not for this host: It mounts\.$/],
    [{ state: 'unknown', why: 'Too old.' }, /: not known here: Too old\.$/],
    [{ value: 'x'.repeat(99) }, /^Row0=x{59}…: holds$/],
  ])('is told in a line: %j', (change, line) => {
    expect(outcomes(change).map(triedLine)[0]).toMatch(line)
  })

  it.each<[string, Partial<PlannedDirective>[]]>([
    ['done', [{}, { state: 'in-force' }]],
    ['kept-in-part', [{}, { state: 'left', left: 'broke' }]],
    ['kept-in-part', [{ loosened_by: [{ kind: 'capability', name: 'CAP_KILL' }] }]],
    ['nothing-kept', [{ state: 'left', left: 'broke' }, { state: 'unfit' }]],
  ])('ends the command as %s', (end, rows) => {
    expect(endOfTry(outcomes(...rows))).toBe(end)
  })

  it('is followed by what to type', () => {
    const plan = planOf(planned())
    expect(howToTake(plan, outcomes({}), '/x.json')[0]).toMatch(/To take it: hardenctl apply \/x\.json$/)
    expect(howToTake(plan, outcomes({}), undefined).join('\n')).toMatch(/hardenctl web --set Row0=yes$/)
    expect(howToTake(plan, outcomes({ state: 'unfit' }), undefined)).toEqual([
      'Nothing of it is to be taken.',
    ])
  })
})
