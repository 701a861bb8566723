import type { Proposed } from '../../../../src/catalog/common/types.ts'
import type { Facts, Given } from '../../../../src/observe/facts.ts'
import type { NamedThing, ReachFacts } from '../../../../src/observe/reach-facts.ts'
import { account, binary, emptyFacts, listening, process, STOCK } from '../build-facts.ts'
import { row } from '../rows.ts'

export const ASKED: Given = { level: 'standard', asked: true, exercised: false }

export function reach(more: Partial<ReachFacts>): ReachFacts {
  return { named: [], imports: [], interpreters: [], monitors: [], sudo: [], ...more }
}

export function names(kind: NamedThing['kind'], name: string, more: Partial<NamedThing> = {}): ReachFacts {
  return reach({ named: [{ kind, name, where: '/etc/srv.conf', ...more }] })
}

/** A daemon that runs as one account, root by default, and answers. */
export function daemon(uid: number, over: Partial<Facts> = {}): Facts {
  const facts = emptyFacts()
  const user = uid === 0 ? '' : 'srv'
  return {
    ...facts,
    unit: { ...facts.unit, properties: { ...STOCK, User: [user] } },
    processes: [process(10, uid, { isMain: true })],
    executables: [binary('/usr/sbin/srv')],
    sockets: [listening('AF_INET', '127.0.0.1', 873, [10])],
    accounts: [account('user', 'srv', 990)],
    freeAccount: { name: 'x', id: 991 },
    given: ASKED,
    reach: reach({}),
    ...over,
  }
}

export const taken = (key: string, facts: Facts) => {
  const found = row(key, facts)
  return found.kind === 'propose' && found.recommended
}
export const missed = (key: string, facts: Facts) => (row(key, facts) as Proposed).notReached
