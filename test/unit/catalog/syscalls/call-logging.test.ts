import { describe, expect, it } from 'vitest'
import { leftOut, liveLog } from '../../../../src/catalog/syscalls/call-logging.ts'
import type { Facts } from '../../../../src/observe/facts.ts'
import type { LearnedFacts } from '../../../../src/observe/trace/learned-facts.ts'
import { callsSeen, liveFacts } from '../../../../src/observe/trace/logged-calls.ts'
import { GROUPS } from '../build-facts.ts'
import { lines, proposal, row, text, told } from '../rows.ts'
import { javaLike, nginxLike, redisLike } from '../services.ts'

function knowing(facts: Facts, phase: string, ...names: string[]): Facts {
  const on = { systemd: 252, kernel: '6.1', packages: {} }
  const sightings = [{ program: '/usr/sbin/srv', phase, count: 1 }]
  const learned: LearnedFacts = {
    ...liveFacts(callsSeen([], 0), on),
    calls: names.map((name) => ({ name, sightings })),
  }
  return { ...facts, learned }
}

/** The same, known of it under the account that it has. */
function asAccount(facts: Facts): Facts {
  const { learned } = facts
  return learned === undefined ? facts : { ...facts, learned: { ...learned, unprivileged: learned.calls } }
}

/** What the stage would write. */
function filterOf(facts: Facts) {
  const found = row('SystemCallFilter', facts)
  return found.kind === 'propose' ? found.assignments : undefined
}

/** Whether a call would be logged. */
function isLogged(facts: Facts, call: string): boolean {
  const log = liveLog(facts, filterOf(facts))
  if (log === undefined) throw new Error('nothing is logged')
  return !leftOut(facts, log).has(call)
}

describe('the calls that live learning logs', () => {
  it('are those that the stage would deny, where nothing is known', () => {
    expect(text(liveLog(javaLike(), filterOf(javaLike())) ?? [])).toEqual([
      'SystemCallLog=',
      'SystemCallLog=~@default',
      'SystemCallLog=~@system-service',
      'SystemCallLog=@privileged @resources',
    ])
    expect(isLogged(javaLike(), 'setpriority')).toBe(true)
    expect(isLogged(javaLike(), 'mount')).toBe(true)
    expect(isLogged(javaLike(), 'setuid')).toBe(true)
    expect(isLogged(nginxLike(), 'setuid')).toBe(false)
    expect(isLogged(javaLike(), 'openat')).toBe(false)
  })

  it('are all that is not known, less what every request makes', () => {
    const groups = { ...GROUPS, '@basic-io': ['read', 'write'] }
    const facts = { ...knowing(nginxLike(), 'start', 'openat', 'chroot'), syscallGroups: groups }
    expect(isLogged(facts, 'setpriority')).toBe(true)
    expect(isLogged(facts, 'read')).toBe(false)
    expect(isLogged(facts, 'openat')).toBe(false)
    // Seen while it was root, as it is now, so that the filter lets it through.
    expect(isLogged(facts, 'chroot')).toBe(false)
  })

  it('are not all calls after a first time without clones', () => {
    const facts = asAccount(knowing(javaLike(), 'live traffic', 'setpriority'))
    expect(isLogged(facts, 'keyctl')).toBe(false)
    expect(isLogged(facts, 'setuid')).toBe(true)
    expect(isLogged(asAccount(knowing(javaLike(), 'start', 'read')), 'keyctl')).toBe(true)
  })

  it('are those known of root too, once it is root no more and the filter would kill them', () => {
    expect(isLogged(knowing(javaLike(), 'start', 'setpriority'), 'setpriority')).toBe(true)
    const live = asAccount(knowing(javaLike(), 'live traffic', 'setpriority'))
    expect(isLogged(live, 'setpriority')).toBe(false)
  })

  it('are also those of every request, where the filter is to let through what was seen alone', () => {
    const groups = { ...GROUPS, '@basic-io': ['read', 'write'] }
    const facts = { ...knowing(nginxLike(), 'start', 'openat', 'read'), syscallGroups: groups }
    const exact = ['', 'openat read'].map((value) => ({
      section: 'Service' as const,
      key: 'SystemCallFilter',
      value,
    }))
    const left = leftOut(facts, liveLog(facts, exact) ?? [])
    expect([left.has('read'), left.has('write'), isLogged(facts, 'write')]).toEqual([true, false, false])
  })

  it('are not the unit’s own, under an allow list of its', () => {
    expect(isLogged(redisLike(), 'mount')).toBe(true)
    const allows = redisLike().unit.properties.SystemCallFilter?.[0]?.split(' ') ?? []
    expect(allows.length).toBeGreaterThan(2)
    expect(allows.filter((name) => isLogged(redisLike(), name))).toEqual([])
  })

  it('are none where the groups of calls are not known', () => {
    expect(liveLog({ ...javaLike(), syscallGroups: {} })).toBeUndefined()
  })
})

describe('what was learned live', () => {
  it('is let through, also of a service that never was root', () => {
    expect(lines('SystemCallFilter', knowing(javaLike(), 'start', 'setpriority'))).not.toContain(
      'SystemCallFilter=setpriority',
    )
    const facts = asAccount(knowing(javaLike(), 'live traffic', 'setpriority', 'syscall_999'))
    expect(lines('SystemCallFilter', facts).join(' ')).not.toContain('999')
    expect(lines('SystemCallFilter', facts)).toContain('SystemCallFilter=setpriority')
    expect(told(proposal('SystemCallFilter', facts))).toContain(
      'setpriority stays allowed: it was called once, by srv, at live traffic.',
    )
  })
})
