import { service } from '../../../../src/catalog/common/proposal.ts'
import { takingOut } from '../../../../src/catalog/common/squeeze.ts'
import type { Directive, NotProposed, Proposed } from '../../../../src/catalog/common/types.ts'
import { YES_NO } from '../../../../src/catalog/common/values.ts'
import type { Here } from '../../../../src/session/plan/here.ts'
import type { PlanSource } from '../../../../src/session/plan/make-plan.ts'
import { loosenRow } from '../../../../src/session/proof/loosen.ts'
import { climb } from '../../../../src/session/proof/tighten.ts'
import { jobFor, NO_PROOFS, withAnswer } from '../../../../src/session/proof/verdicts.ts'
import type { StageEnd } from '../../../../src/session/stage/stage-phase.ts'
import { changeOf, type StageWork, UNTOUCHED } from '../../../../src/session/stage/stage-work.ts'
import { emptyFacts } from '../../catalog/build-facts.ts'

function row(key: string, result: Partial<Proposed> | NotProposed) {
  const whole: Proposed | NotProposed =
    'why' in result
      ? result
      : {
          assignments: [service(key, 'yes')],
          value: 'yes',
          evidence: [{ kind: 'seen', text: `Nothing of ${key} was seen.` }],
          recommended: true,
          ...result,
          kind: 'propose',
        }
  const directive: Directive = {
    key,
    takes: YES_NO,
    stage: 'system',
    since: 1,
    what: '',
    breaks: '',
    wins: '',
    propose: () => whole,
  }
  return { directive, result: whole }
}

/** A stage of every kind of row, as the clones have left it. */
function work(): StageWork {
  const families = 'AF_INET AF_UNIX AF_NETLINK'
  const proposals = [
    row('ProtectHostname', {}),
    row('RestrictAddressFamilies', {
      value: families,
      assignments: [service('RestrictAddressFamilies', ''), service('RestrictAddressFamilies', families)],
      squeezes: [
        takingOut('RestrictAddressFamilies', 'AF_NETLINK'),
        takingOut('RestrictAddressFamilies', 'AF_UNIX'),
      ],
    }),
    row('MemoryDenyWriteExecute', {}),
    row('NoNewPrivileges', {
      recommended: false,
      caution: 'Not reached: mails.',
      notReached: 'It may mail.',
    }),
    row('LockPersonality', { recommended: false, caution: 'Others look into its /tmp.' }),
    row('ProtectClock', { kind: 'in-force', value: 'yes', why: 'The unit already has this setting.' }),
    row('PrivateUsers', { kind: 'unfit', why: 'It starts as root.' }),
  ]
  const begun: StageWork = {
    stage: 'system',
    facts: emptyFacts(),
    proposals,
    current: new Map(
      proposals.flatMap(({ directive, result }) =>
        result.kind === 'propose' ? [[directive.key, result] as const] : [],
      ),
    ),
    ticked: new Set(['ProtectHostname', 'RestrictAddressFamilies', 'MemoryDenyWriteExecute']),
    ...UNTOUCHED,
  }
  const broke = { reason: 'it died by SIGSEGV', remedies: [] }
  const less = climb(begun, 'RestrictAddressFamilies')
  const back = climb(less, 'RestrictAddressFamilies', 'no log')
  const family = { kind: 'address-family', name: 'AF_INET6' } as const
  const loosened = loosenRow(back, 'RestrictAddressFamilies', { reason: 'no IPv6', remedies: [family] })
  return loosenRow(loosened, 'MemoryDenyWriteExecute', broke)
}

function systemStage(): StageEnd {
  const last = work()
  const set = changeOf(last)
  const job = jobFor('set', set)
  const proofs = withAnswer(NO_PROOFS, job, { holds: true, refused: [], of: 'set', change: set })
  const kept = set.assignments.map(({ key, value }) => `${key}=${value}`)
  return {
    result: { stage: 'system', outcome: 'rehearsed', before: 92, after: 81, kept },
    last: { work: last, proofs },
  }
}

/** All that a plan of a web server is made of. */
export function planned(): PlanSource {
  const untouched = { before: 92, after: 92, kept: [] }
  return {
    unit: 'web.service',
    description: 'Web server',
    basis: {
      systemd: 'systemd 257 (257.9-1)',
      kernel: '6.12.9',
      libc: 'glibc 2.41',
      packages: { web: '1.2-3' },
      programs: ['/usr/lib/systemd/system/web.service', '/usr/sbin/web'],
      unitFiles: 'a'.repeat(64),
    },
    architecture: 'x86_64',
    hostname: 'one',
    at: new Date('2026-11-26T10:00:00Z'),
    options: {
      level: 'standard',
      stages: ['filesystem', 'system'],
      exactCalls: false,
      checks: ['tcp:127.0.0.1:80'],
      exercises: ["exit=3 as=app /usr/bin/use 'two words'"],
    },
    before: 92,
    ends: [
      { result: { stage: 'capabilities', outcome: 'skipped', note: 'not asked for', ...untouched } },
      systemStage(),
    ],
    answers: [
      {
        check: {
          kind: 'talk',
          protocol: 'HTTP',
          to: { transport: 'tcp', address: '::1', port: 80 },
          timeoutMs: 1,
        },
        answer: '200',
      },
      { check: { kind: 'tcp', address: '127.0.0.1', port: 80, timeoutMs: 1 }, answer: 'connected' },
      {
        check: { kind: 'exercise', argv: ['/usr/bin/use', 'two words'], as: 'app', exit: 3, timeoutMs: 1 },
        answer: 'exit 3',
      },
    ],
    reached: { checks: 2, exercises: 1, played: ['answer'], rows: ['NoNewPrivileges'], gain: 2 },
    kept: [],
    notes: ['A clone has no network.'],
  }
}

/** A host where nothing of the plan is in force, and all is as it was made on. */
export function hereOf({ basis }: PlanSource): Here {
  return {
    properties: { ProtectHostname: ['no'], RestrictAddressFamilies: ['~'] },
    groups: {},
    bases: [basis],
    architecture: 'x86_64',
    systemd: 257,
  }
}
