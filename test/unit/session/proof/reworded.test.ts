import { expect, it } from 'vitest'
import type { Assignment, Evidence, Proposed, Remedy, Rung } from '../../../../src/catalog/common/types.ts'
import { STAGES } from '../../../../src/catalog/common/types.ts'
import { applyVerdicts } from '../../../../src/session/proof/apply-verdicts.ts'
import { nextJob } from '../../../../src/session/proof/proof-plan.ts'
import { NO_PROOFS, type Proofs } from '../../../../src/session/proof/verdicts.ts'
import {
  asChosen,
  beginStage,
  changeOf,
  type StageWork,
  tickedInOrder,
  toAlternative,
} from '../../../../src/session/stage/stage-work.ts'
import { SERVICES } from '../../catalog/services.ts'

/** One and the same for all, so that whoever reads a text back can tell nothing from nothing. */
const ANYTHING = 'The trial showed CAP_KILL: @keyring without it (relaxed)'

const rewordedRung = <R extends Rung>(rung: R): R => ({ ...rung, value: ANYTHING })

function reworded(proposed: Proposed): Proposed {
  const { caution, ladder, ownership, other, squeezes } = proposed
  return {
    ...rewordedRung(proposed),
    evidence: proposed.evidence.map((one): Evidence => ({ ...one, text: ANYTHING })),
    ...(caution === undefined ? {} : { caution: ANYTHING }),
    ...(ladder === undefined ? {} : { ladder: { ...ladder, rungs: ladder.rungs.map(rewordedRung) } }),
    ...(ownership === undefined ? {} : { ownership: ownership.map((wish) => ({ ...wish, why: ANYTHING })) }),
    ...(squeezes === undefined ? {} : { squeezes: squeezes.map((one) => ({ ...one, label: ANYTHING })) }),
    ...(other === undefined ? {} : { other: reworded(other) }),
  }
}

/** The same stage with every sentence and every display value replaced by one that misleads. */
function inOtherWords(work: StageWork): StageWork {
  const proposals = work.proposals.map(({ directive, result }) => ({
    directive: { ...directive, what: ANYTHING, breaks: ANYTHING, wins: ANYTHING },
    result: result.kind === 'propose' ? reworded(result) : { ...result, why: ANYTHING, value: ANYTHING },
  }))
  const current = new Map([...work.current].map(([id, proposed]) => [id, reworded(proposed)]))
  return { ...work, proposals, current }
}

/** A remedy for each kind of row, so that every way to loosen is gone. */
const REMEDIES: Remedy[] = [
  { kind: 'capability', name: 'CAP_SYS_NICE' },
  { kind: 'address-family', name: 'AF_PACKET' },
  { kind: 'read-write-path', path: '/srv/data' },
  { kind: 'exec-path', path: '/srv/tool' },
  { kind: 'system-call', name: 'reboot', by: 'x' },
  { kind: 'optional-path', path: '/var/log' },
]

/** What a service is like, by the lines alone: it breaks now and then, and sometimes says what it misses. */
function breaks(seed: number, assignments: readonly Assignment[]): boolean {
  let sum = seed
  for (const { key, value } of assignments)
    for (const letter of `${key}=${value}`) sum = (sum * 31 + letter.charCodeAt(0)) % 1_000_003
  return sum % 3 === 0
}

interface Decision {
  asked: string[]
  /** After all is proven: what is ticked and what would be written. */
  ticked: string[]
  written: readonly Assignment[]
  given: string[]
  /** Of which kinds the evidence of each row is by then, and what it speaks for. */
  evidence: string[][]
}

function decide(start: StageWork, seed: number, reason: string): Decision {
  let work = start
  let proofs: Proofs = NO_PROOFS
  const asked: string[] = []
  for (let job = nextJob(work, proofs, []); job !== undefined; job = nextJob(work, proofs, [])) {
    if (asked.length > 400) throw new Error('it never ends')
    const { of, key, change } = job
    asked.push(`${of} ${key}`)
    const remedies = REMEDIES.filter((_, index) => (seed + index + asked.length) % 2 === 0)
    const undone = { journal: [reason], undone: [reason] }
    const verdict = breaks(seed, change.assignments)
      ? { holds: false as const, reason, remedies, ...undone }
      : { holds: true as const, refused: [], of, change }
    proofs = { ...proofs, verdicts: new Map([...proofs.verdicts, [key, verdict]]) }
    work = applyVerdicts(work, proofs)
  }
  const { assignments, ownership } = changeOf(work)
  const given = ownership.map(({ path, user }) => `${path} ${user}`)
  const evidence = [...work.current.values()].map((row) =>
    row.evidence.map((one) => (one.kind === 'seen' ? `seen ${one.of}` : one.kind)),
  )
  return { asked, ticked: tickedInOrder(work), written: assignments, given, evidence }
}

const CASES = Object.entries(SERVICES).flatMap(([service, build]) =>
  STAGES.map((stage) => ({ service, stage, build })),
)

it.each(CASES)('the $stage of $service is decided the same in any words', ({ stage, build }) => {
  const work = beginStage(stage, build())
  for (const seed of [1, 2, 3, 5, 8, 13]) {
    const plain = decide(work, seed, 'it broke')
    expect(decide(inOtherWords(work), seed, ANYTHING)).toEqual(plain)
  }
})

it('a row that was turned to its other way is known by that, whatever both are called', () => {
  const id = 'SystemCallFilter'
  const plain = beginStage('syscalls', SERVICES.javaLike())
  const now = plain.current.get(id) as Proposed
  const other: Proposed = { ...now, assignments: [] }
  const both = { ...plain, current: new Map([...plain.current, [id, { ...now, other }]]) }
  const anew = inOtherWords(both)
  const turned = toAlternative(anew, id)
  expect(asChosen(anew, turned).current.get(id)?.assignments).toEqual([])
  expect(asChosen(turned, anew).current.get(id)?.assignments).toEqual(now.assignments)
})
