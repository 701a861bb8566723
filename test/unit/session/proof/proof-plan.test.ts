import { describe, expect, it } from 'vitest'
import { list, service } from '../../../../src/catalog/common/proposal.ts'
import type { Remedy } from '../../../../src/catalog/common/remedy.ts'
import { takingOut } from '../../../../src/catalog/common/squeeze.ts'
import type { Assignment, Directive, Proposed } from '../../../../src/catalog/common/types.ts'
import { YES_NO } from '../../../../src/catalog/common/values.ts'
import { applyVerdicts } from '../../../../src/session/proof/apply-verdicts.ts'
import {
  allAnswered,
  nextJob,
  proofJobs,
  rowProof,
  setProof,
} from '../../../../src/session/proof/proof-plan.ts'
import {
  changeKey,
  NO_PROOFS,
  type ProofJob,
  type Proofs,
  type Verdict,
  withAnswer,
} from '../../../../src/session/proof/verdicts.ts'
import { changeOf, type StageWork, toggle, UNTOUCHED } from '../../../../src/session/stage/stage-work.ts'
import { emptyFacts } from '../../catalog/build-facts.ts'
import { told } from '../../catalog/rows.ts'

function proposal(key: string, more: Partial<Proposed> = {}): { directive: Directive; result: Proposed } {
  const result: Proposed = {
    kind: 'propose',
    assignments: [service(key, 'yes')],
    value: 'yes',
    evidence: [],
    recommended: true,
    ...more,
  }
  const directive: Directive = {
    key,
    stage: 'filesystem',
    since: 1,
    what: '',
    takes: YES_NO,
    breaks: '',
    wins: '',
    propose: () => result,
  }
  return { directive, result }
}

function stage(...proposals: ReturnType<typeof proposal>[]): StageWork {
  return {
    stage: 'filesystem',
    facts: emptyFacts(),
    proposals,
    current: new Map(proposals.map(({ directive, result }) => [directive.key, result])),
    ticked: new Set(
      proposals.filter(({ result }) => result.recommended).map(({ directive }) => directive.key),
    ),
    ...UNTOUCHED,
  }
}

const rows = (count: number) =>
  stage(...Array.from({ length: count }, (_, index) => proposal(`Row${index + 1}`)))

/** A service that breaks where this says why. */
type Service = (lines: readonly string[]) => string | { reason: string; remedies: Remedy[] } | undefined

const lines = (assignments: readonly Assignment[]) => assignments.map(({ key, value }) => `${key}=${value}`)

function verdictOf(service: Service, { of, change }: ProofJob): Verdict {
  const broke = service(lines(change.assignments))
  if (broke === undefined) return { holds: true, refused: [], of, change }
  const { reason, remedies } = typeof broke === 'string' ? { reason: broke, remedies: [] } : broke
  return { holds: false, of, reason, remedies, journal: [], undone: [] }
}

/** Asks one clone after the other until nothing is left to ask: the stage, and what was asked for. */
function prove(start: StageWork, service: Service): { work: StageWork; proofs: Proofs; asked: ProofJob[] } {
  let work = start
  let proofs: Proofs = NO_PROOFS
  const asked: ProofJob[] = []
  for (;;) {
    const job = nextJob(work, proofs, [])
    if (job === undefined) return { work, proofs, asked }
    if (asked.length > 200) throw new Error('it never ends')
    asked.push(job)
    proofs = withAnswer(proofs, job, verdictOf(service, job))
    work = applyVerdicts(work, proofs)
  }
}

const ticked = (work: StageWork) => [...work.ticked]

describe('a stage that holds', () => {
  it('is proven by one job, all rows with it', () => {
    const { work, proofs, asked } = prove(rows(12), () => undefined)
    expect(asked.map(({ of }) => of)).toEqual(['set'])
    expect(setProof(work, proofs).state).toBe('proven')
    for (const id of work.ticked) expect(rowProof(work, proofs, id).state).toBe('proven')
    expect(allAnswered(work, proofs)).toBe(true)
  })

  it('has its unticked rows asked alone', () => {
    const start = stage(proposal('A'), proposal('B', { recommended: false, caution: 'odd' }))
    const { work, proofs } = prove(start, (all) => (all.includes('B=yes') ? 'B is odd' : undefined))
    expect(ticked(work)).toEqual(['A'])
    expect(rowProof(work, proofs, 'B')).toEqual({ state: 'breaks', reason: 'B is odd' })
  })

  it('has none of them asked that nobody sees, but one that a proof ticks', () => {
    const start = stage(
      proposal('A'),
      proposal('B', { recommended: false }),
      proposal('C', { recommended: false, tickIfProven: true }),
    )
    const jobs = proofJobs(start, { ...NO_PROOFS, isUnseen: true })
    expect(jobs.flatMap(({ change }) => lines(change.assignments))).toEqual(['A=yes', 'C=yes'])
  })

  it('asks nothing twice when a row is unticked and ticked again', () => {
    const { work, proofs } = prove(rows(3), () => undefined)
    const back = toggle(toggle(work, 'Row2'), 'Row2')
    expect(proofJobs(back, proofs)).toEqual([])
    expect(proofJobs(toggle(work, 'Row2'), proofs).map(({ of }) => of)).toEqual(['set'])
  })
})

describe('a row that breaks', () => {
  it('is unticked with its reason, and the others are proven without it', () => {
    const { work, proofs } = prove(rows(5), (all) => (all.includes('Row3=yes') ? 'no /home' : undefined))
    expect(ticked(work)).toEqual(['Row1', 'Row2', 'Row4', 'Row5'])
    expect(rowProof(work, proofs, 'Row3')).toEqual({ state: 'breaks', reason: 'no /home' })
    expect(setProof(work, proofs).state).toBe('proven')
  })

  it('stays ticked when the person insists, and the set says that it breaks', () => {
    const service: Service = (all) => (all.includes('Row2=yes') ? 'boom' : undefined)
    const { work, proofs } = prove(rows(3), service)
    const insisted = toggle(work, 'Row2')
    expect(applyVerdicts(insisted, proofs).ticked.has('Row2')).toBe(true)
    const key = changeKey(changeOf(insisted))
    const verdict: Verdict = { holds: false, reason: 'boom', remedies: [], journal: [], undone: [] }
    const known = { ...proofs, verdicts: new Map([...proofs.verdicts, [key, verdict]]) }
    expect(applyVerdicts(insisted, known).ticked.has('Row2')).toBe(true)
    expect(setProof(insisted, known)).toEqual({ state: 'breaks', reason: 'boom' })
  })

  it('is loosened by what was missing, and not dropped', () => {
    const needs: Remedy = { kind: 'read-write-path', path: '/srv/data' }
    const start = stage(
      proposal('ProtectSystem', { value: 'strict', assignments: [service('ProtectSystem', 'strict')] }),
      proposal('Other'),
    )
    const { work } = prove(start, (all) =>
      all.includes('ProtectSystem=strict') && !all.includes('ReadWritePaths=-/srv/data')
        ? { reason: 'read-only', remedies: [needs] }
        : undefined,
    )
    expect(lines(changeOf(work).assignments)).toEqual([
      'ProtectSystem=strict',
      'ReadWritePaths=-/srv/data',
      'Other=yes',
    ])
  })

  it('gives way at last when it wants another thing each time', () => {
    let count = 0
    const start = stage(
      proposal('ProtectSystem', { assignments: [service('ProtectSystem', 'strict')] }),
      proposal('Other'),
    )
    const { work, asked } = prove(start, (all) => {
      count += 1
      const remedies: Remedy[] = [{ kind: 'read-write-path', path: `/srv/${count}` }]
      return all.includes('ProtectSystem=strict') ? { reason: 'read-only', remedies } : undefined
    })
    expect(ticked(work)).toEqual(['Other'])
    expect(asked.length).toBeLessThan(15)
  })

  it('goes down its ladder a step before it is dropped', () => {
    const rung = (value: string) => ({ value, assignments: [service('ProtectSystem', value)] })
    const start = stage(
      proposal('ProtectSystem', {
        ...rung('strict'),
        ladder: { rungs: ['strict', 'full', 'yes'].map(rung), at: 0 },
      }),
    )
    const broken = (all: readonly string[]) =>
      all.some((line) => line !== 'ProtectSystem=yes') ? 'read-only' : undefined
    const { work } = prove(start, broken)
    expect(lines(changeOf(work).assignments)).toEqual(['ProtectSystem=yes'])
    expect(told(work.current.get('ProtectSystem')).join(' ')).toContain('strict broke it: read-only')
  })
})

describe('rows that break only together', () => {
  it('lose the one with which they begin to, in few questions', () => {
    const service: Service = (all) =>
      all.includes('Row4=yes') && all.includes('Row17=yes') ? 'both at once' : undefined
    const { work, proofs, asked } = prove(rows(20), service)
    expect(work.ticked.size).toBe(19)
    expect(work.ticked.has('Row17')).toBe(false)
    expect(rowProof(work, proofs, 'Row17')).toEqual({
      state: 'breaks',
      reason: 'with the other rows: both at once',
    })
    expect(asked.filter(({ of }) => of === 'part').length).toBeLessThanOrEqual(5)
    expect(setProof(work, proofs).state).toBe('proven')
  })

  it('are told apart when there are two such pairs', () => {
    const service: Service = (all) => {
      const pair = (one: number, other: number) =>
        all.includes(`Row${one}=yes`) && all.includes(`Row${other}=yes`)
      return pair(2, 5) || pair(3, 9) ? 'a pair' : undefined
    }
    const { work, proofs } = prove(rows(10), service)
    expect(ticked(work).sort()).toEqual(
      rows(10)
        .proposals.map(({ directive }) => directive.key)
        .filter((id) => id !== 'Row5' && id !== 'Row9')
        .sort(),
    )
    expect(setProof(work, proofs).state).toBe('proven')
  })
})

describe('a tighter value', () => {
  const rung = (value: string) => ({ value, assignments: [service('UMask', value)] })
  const start = () =>
    stage(
      proposal('UMask', { ...rung('0022'), ladder: { rungs: ['0077', '0027', '0022'].map(rung), at: 2 } }),
    )

  it('becomes the proposal as far as it holds, with what the next one broke', () => {
    const { work } = prove(start(), (all) => (all.includes('UMask=0077') ? 'logs unreadable' : undefined))
    const row = work.current.get('UMask')
    expect(row?.value).toBe('0027')
    expect(told(row)).toEqual(['In a clone it also held as 0027.', 'As 0077 it breaks: logs unreadable.'])
  })

  it('may be the proposal less one of its parts, each tried by itself on top of those that held', () => {
    const families = ['AF_INET', 'AF_INET6', 'AF_NETLINK', 'AF_UNIX']
    const proposalOfFamilies = proposal('RestrictAddressFamilies', {
      value: families.join(' '),
      assignments: list('RestrictAddressFamilies', families),
      squeezes: ['AF_NETLINK', 'AF_UNIX', 'AF_INET6'].map((family) =>
        takingOut('RestrictAddressFamilies', family),
      ),
    })
    const { work, proofs } = prove(stage(proposalOfFamilies), (all) =>
      all.at(-1)?.includes('AF_UNIX') ? undefined : 'no syslog.',
    )
    const row = work.current.get('RestrictAddressFamilies')
    expect(row?.value).toBe('AF_INET AF_UNIX')
    expect(told(row)).toEqual([
      'It also runs, stops and starts without AF_NETLINK.',
      'Without AF_UNIX it breaks: no syslog.',
      'It also runs, stops and starts without AF_INET6.',
    ])
    expect(setProof(work, proofs).state).toBe('proven')
  })

  const squeezed = (key: string, names: string[], parts: string[]) =>
    proposal(key, {
      value: names.join(' '),
      assignments: list(key, names),
      squeezes: parts.map((part) => takingOut(key, part)),
    })
  const two = () =>
    stage(
      squeezed('RestrictAddressFamilies', ['AF_INET', 'AF_NETLINK', 'AF_UNIX'], ['AF_NETLINK', 'AF_UNIX']),
      proposal('UMask', { ...rung('0022'), ladder: { rungs: ['0077', '0027', '0022'].map(rung), at: 2 } }),
    )

  it('is asked together with all others first, which is one question where all hold', () => {
    const { work, proofs, asked } = prove(two(), () => undefined)
    expect(asked.map(({ of }) => of)).toEqual(['tightest'])
    expect(work.current.get('RestrictAddressFamilies')?.value).toBe('AF_INET')
    expect(work.current.get('UMask')?.value).toBe('0077')
    expect(told(work.current.get('UMask'))).toEqual([
      'In a clone it also held as 0027.',
      'In a clone it also held as 0077.',
    ])
    expect(setProof(work, proofs).state).toBe('proven')
    expect(rowProof(work, proofs, 'UMask').state).toBe('proven')
  })

  it('is not taken with all others when they are refused what the set is not', () => {
    let work = two()
    let proofs: Proofs = NO_PROOFS
    const asked: string[] = []
    for (let job = nextJob(work, proofs, []); job; job = nextJob(work, proofs, [])) {
      asked.push(job.of)
      const refused = lines(job.change.assignments).includes('UMask=0077') ? ['log: Permission denied'] : []
      proofs = withAnswer(proofs, job, { holds: true, refused, of: job.of, change: job.change })
      work = applyVerdicts(work, proofs)
    }
    expect(asked.slice(0, 2)).toEqual(['tightest', 'set'])
    expect(work.current.get('RestrictAddressFamilies')?.value).toBe('AF_INET')
    expect(work.current.get('UMask')?.value).toBe('0027')
  })

  it('is asked by itself where all at once break, and the set in force is proven as a whole', () => {
    const { work, proofs, asked } = prove(two(), (all) =>
      all.some((line) => line.startsWith('Restrict')) && !all.at(1)?.includes('AF_UNIX')
        ? 'no log'
        : undefined,
    )
    expect(asked.slice(0, 2).map(({ of }) => of)).toEqual(['tightest', 'set'])
    expect(work.current.get('RestrictAddressFamilies')?.value).toBe('AF_INET AF_UNIX')
    expect(work.current.get('UMask')?.value).toBe('0077')
    expect(setProof(work, proofs).state).toBe('proven')
    const whole = asked.filter(({ of }) => of === 'set').at(-1)
    expect(whole?.key).toBe(changeKey(changeOf(work)))
  })

  /** Needs AF_UNIX, and says of its lack what `names` says. */
  const needsUnix =
    (...names: string[]): Service =>
    (all) =>
      all.some((line) => line.startsWith('Restrict')) && !all.at(1)?.includes('AF_UNIX')
        ? { reason: 'no log', remedies: names.map((name) => ({ kind: 'address-family', name })) }
        : undefined

  it('is asked together once more but for the part that the break names', () => {
    const { work, proofs, asked } = prove(two(), needsUnix('AF_UNIX'))
    expect(asked.map(({ of }) => of)).toEqual(['tightest', 'set', 'tightest'])
    expect(work.current.get('RestrictAddressFamilies')?.value).toBe('AF_INET AF_UNIX')
    expect(work.current.get('UMask')?.value).toBe('0077')
    expect(told(work.current.get('RestrictAddressFamilies'))).toEqual([
      'It also runs, stops and starts without AF_NETLINK.',
      'Without AF_UNIX it breaks: no log.',
    ])
    expect(setProof(work, proofs).state).toBe('proven')
  })

  it('is tried without each of several named parts, since not all of them may be needed', () => {
    const { work } = prove(two(), needsUnix('AF_NETLINK', 'AF_UNIX'))
    expect(work.current.get('RestrictAddressFamilies')?.value).toBe('AF_INET AF_UNIX')
    expect(told(work.current.get('RestrictAddressFamilies'))).toEqual([
      'It also runs, stops and starts without AF_NETLINK.',
      'Without AF_UNIX it breaks: no log.',
    ])
  })

  it('is asked beside the set, once not all of them hold together', () => {
    const [tightest] = proofJobs(two(), NO_PROOFS)
    if (tightest === undefined) throw new Error('nothing is asked')
    const broke = verdictOf(() => 'no log', tightest)
    const jobs = proofJobs(two(), withAnswer(NO_PROOFS, tightest, broke))
    expect(jobs.map(({ of }) => of)).toEqual(['set', 'rung', 'rung'])
  })

  it('is not waited for where the set is about to be applied', () => {
    expect(nextJob(two(), NO_PROOFS, [], true)?.of).toBe('set')
  })

  it('is not taken when the service complains of something refused that was not refused before', () => {
    let work = start()
    let proofs: Proofs = NO_PROOFS
    for (let job = nextJob(work, proofs, []); job; job = nextJob(work, proofs, [])) {
      const refused = job.of !== 'set' ? ['kill(#) failed: Operation not permitted'] : []
      const verdict: Verdict = { holds: true, refused, of: job.of, change: job.change }
      proofs = { ...proofs, verdicts: new Map([...proofs.verdicts, [job.key, verdict]]) }
      work = applyVerdicts(work, proofs)
    }
    expect(work.current.get('UMask')?.value).toBe('0022')
    expect(told(work.current.get('UMask')).join(' ')).toContain('kill(#) failed')
  })
})

describe('a row that only a trial can settle', () => {
  const start = () =>
    stage(proposal('A'), proposal('B', { recommended: false, caution: 'perhaps', tickIfProven: true }))

  it('is ticked once it held, and the set is asked again with it', () => {
    const { work, proofs, asked } = prove(start(), () => undefined)
    expect(ticked(work)).toEqual(['A', 'B'])
    expect(setProof(work, proofs).state).toBe('proven')
    expect(asked.filter(({ of }) => of === 'set')).toHaveLength(2)
  })

  it('stays as the person wants it', () => {
    const { work, proofs } = prove(start(), () => undefined)
    expect(ticked(applyVerdicts(toggle(work, 'B'), proofs))).toEqual(['A'])
  })
})

describe('filters of system calls', () => {
  it('are asked one at a time, since all clones share the kernel log', () => {
    const work = stage(
      proposal('SystemCallFilter', { assignments: [service('SystemCallFilter', '@system-service')] }),
      proposal('SystemCallErrorNumber', {
        recommended: false,
        assignments: [service('SystemCallErrorNumber', 'EPERM')],
      }),
      proposal('UMask', { recommended: false }),
    )
    const first = nextJob(work, NO_PROOFS, []) as ProofJob
    const running = { ...NO_PROOFS, running: new Set([first.key]) }
    expect(first.of).toBe('set')
    const second = nextJob(work, running, [first])
    expect(second && lines(second.change.assignments)).toEqual(['UMask=yes'])
  })
})

it('asks nothing where nothing can be proven, and says why on every row', () => {
  const work = rows(2)
  const proofs = { ...NO_PROOFS, unprovable: 'no overlayfs' }
  expect(proofJobs(work, proofs)).toEqual([])
  expect(rowProof(work, proofs, 'Row1')).toEqual({ state: 'unprovable', reason: 'no overlayfs' })
  expect(setProof(work, proofs)).toEqual({ state: 'unprovable', reason: 'no overlayfs' })
})

describe('a control', () => {
  const stands = 'connect to port 80: refused after 12 ms'

  it.each<{ kind: string; service: Service; asked: boolean; breaks: string[] }>([
    { kind: 'all rows break alike', service: () => 'no answer', asked: true, breaks: [] },
    {
      kind: 'all rows break alike, but for numbers',
      service: (all) => stands.replace('12', String(10 + all.length)),
      asked: true,
      breaks: [],
    },
    {
      kind: 'all rows break alike, and the service alone does not',
      service: (all) => (all.length > 0 ? 'no answer' : undefined),
      asked: true,
      breaks: ['Row1', 'Row2', 'Row3'],
    },
    {
      kind: 'each row breaks in its own way',
      service: (all) =>
        all.length > 0 ? `it says ${all.at(-1)?.replace(/\d/, (n) => 'abc'.charAt(Number(n)))}` : undefined,
      asked: false,
      breaks: ['Row1', 'Row2', 'Row3'],
    },
    {
      kind: 'one row holds',
      service: (all) => (all.includes('Row1=yes') || all.includes('Row2=yes') ? 'no answer' : undefined),
      asked: false,
      breaks: ['Row1', 'Row2'],
    },
  ])('is played again before a row is blamed, where $kind: $asked', ({ service, asked, breaks }) => {
    const end = prove(rows(3), service)
    expect(end.asked.filter(({ of }) => of === 'control')).toHaveLength(asked ? 1 : 0)
    const states = ['Row1', 'Row2', 'Row3'].map((id) => [id, rowProof(end.work, end.proofs, id).state])
    expect(states.filter(([, state]) => state === 'breaks').map(([id]) => id)).toEqual(breaks)
    expect(ticked(end.work)).toEqual(['Row1', 'Row2', 'Row3'].filter((id) => !breaks.includes(id)))
  })

  it('that breaks says once why nothing can be proven', () => {
    const { work, proofs } = prove(rows(3), () => 'no answer')
    const { state, ...proof } = setProof(work, proofs)
    expect(state).toBe('unprovable')
    expect('reason' in proof && proof.reason).toContain('unhardened it fails in a clone by now too')
    expect('reason' in proof && proof.reason).toContain('no answer')
  })

  it('is played before a row is blamed for a set of which all parts break', () => {
    const tired: Service = (all) => (all.length > 1 ? 'no answer' : undefined)
    const { asked } = prove(rows(8), tired)
    const control = asked.findIndex(({ of }) => of === 'control')
    expect(asked.findIndex(({ of }) => of === 'part')).toBeLessThan(control)
    expect(asked.filter(({ of }) => of === 'control')).toHaveLength(1)
  })

  it('is no matter of a row that is loosened by what it lacks', () => {
    const needs: Remedy = { kind: 'capability', name: 'CAP_KILL' }
    const start = stage(bounding(['CAP_KILL']))
    const service: Service = (all) =>
      all.includes('CapabilityBoundingSet=CAP_KILL') ? undefined : { reason: 'no', remedies: [needs] }
    expect(prove(start, service).asked.map(({ of }) => of)).toEqual(['set', 'set'])
  })
})

const bounding = (names: string[]) =>
  proposal('CapabilityBoundingSet', {
    value: 'none',
    assignments: list('CapabilityBoundingSet', []),
    mayLack: names.map((name) => ({ kind: 'capability', name })),
  })

describe('a bounding set that breaks without words', () => {
  const names = 'A B C D E F G H I J K L'.split(' ').map((letter) => `CAP_${letter}`)
  const needing =
    (...needed: string[]): Service =>
    (all) => {
      const bounded = all.some((line) => line.startsWith('CapabilityBoundingSet='))
      const lacking = needed.filter((name) => !all.some((line) => line.split(/[= ]/).includes(name)))
      return bounded && lacking.length > 0 ? 'the start failed' : undefined
    }

  it.each([
    { needed: ['CAP_A'], most: 1 },
    { needed: ['CAP_B'], most: 3 },
    { needed: ['CAP_H'], most: 8 },
    { needed: ['CAP_L'], most: 9 },
    { needed: ['CAP_A', 'CAP_K'], most: 12 },
    { needed: ['CAP_C', 'CAP_G', 'CAP_L'], most: 20 },
  ])('gets back $needed alone, in at most $most trials', ({ needed, most }) => {
    const { work, proofs, asked } = prove(stage(bounding(names), proposal('Other')), needing(...needed))
    expect(ticked(work)).toEqual(['CapabilityBoundingSet', 'Other'])
    expect(work.current.get('CapabilityBoundingSet')?.value).toBe(needed.join(' '))
    expect(setProof(work, proofs).state).toBe('proven')
    expect(asked.filter(({ of }) => of === 'given').length).toBeLessThanOrEqual(most)
    expect(told(work.current.get('CapabilityBoundingSet')).join(' ')).toContain(`${needed[0]} is needed`)
  })

  it('loses again what was given to it by a wrong guess', () => {
    const guess: Remedy = { kind: 'capability', name: 'CAP_GUESSED' }
    const service: Service = (all) => {
      const reason = needing('CAP_C')(all)
      return typeof reason === 'string' ? { reason, remedies: [guess] } : undefined
    }
    const { work } = prove(stage(bounding(names), proposal('Other')), service)
    expect(work.current.get('CapabilityBoundingSet')?.value).toBe('CAP_C')
  })

  it('goes where none of them helps', () => {
    const { work, asked } = prove(stage(bounding(names), proposal('Other')), needing('CAP_OTHER'))
    expect(ticked(work)).toEqual(['Other'])
    expect(asked.filter(({ of }) => of === 'given').length).toBeLessThanOrEqual(5)
  })

  it('goes where it lacks more than a few', () => {
    const { work, asked } = prove(stage(bounding(names), proposal('Other')), needing(...names.slice(0, 7)))
    expect(ticked(work)).toEqual(['Other'])
    expect(asked.length).toBeLessThan(30)
  })
})
