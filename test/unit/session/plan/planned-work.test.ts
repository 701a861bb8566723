import { describe, expect, it } from 'vitest'
import { service } from '../../../../src/catalog/common/proposal.ts'
import type { Assignment } from '../../../../src/catalog/common/types.ts'
import { CATALOG } from '../../../../src/catalog/index.ts'
import type { Facts } from '../../../../src/observe/facts.ts'
import { rowHere } from '../../../../src/session/plan/planned-work.ts'
import type { PlannedDirective } from '../../../../src/session/plan/schema.ts'
import { row } from '../../catalog/rows.ts'
import { nginxLike, redisLike } from '../../catalog/services.ts'

function plannedRow(key: string, assignments: Assignment[], paths: string[] = []): PlannedDirective {
  return {
    directive: key,
    state: 'taken',
    left: null,
    why: null,
    value: '',
    assignments,
    gain: 0,
    evidence: [],
    proof: { state: 'proven', reason: null, oddity: null },
    loosened_by: [],
    owners: paths.map((path) => ({ path, user: 'www-data', group: null, mode: null, why: '' })),
    account: null,
  }
}

function here(facts: Facts, planned: PlannedDirective) {
  const directive = CATALOG.find(({ key }) => key === planned.directive)
  if (directive === undefined) throw new Error(`${planned.directive} is none`)
  return rowHere(directive, planned, row(directive.key, facts), facts)
}

function own(key: string, facts: Facts): Assignment[] {
  const found = row(key, facts)
  return found.kind === 'propose' ? found.assignments : []
}

const nginx = nginxLike()
const account = own('User', nginx)
const withoutLines = (key: string) => account.filter((line) => line.key !== key)

describe('a row of a plan', () => {
  it('is tried with the lines of the plan', () => {
    const planned = plannedRow('UMask', [service('UMask', '0077')])
    expect(here(nginx, planned)).toMatchObject({
      row: { assignments: planned.assignments, recommended: true },
    })
  })

  it('gives files to the account that this host would give, and no other', () => {
    const found = here(nginx, plannedRow('User', account, ['/etc/shadow']))
    if (!('row' in found)) throw new Error(JSON.stringify(found))
    const paths = found.row.ownership?.map(({ path }) => path) ?? []
    expect(paths).toContain('/var/log/nginx/error.log')
    expect(paths).not.toContain('/etc/shadow')
    expect(found.row.caution).toContain('Changes hands in the plan, and not here: /etc/shadow.')
    expect(found.row.caution).toContain('Changes hands here, and not in the plan: /var/log/nginx')
  })

  it.each<[string, Facts, string, Assignment[]]>([
    ['another account', nginx, 'User', [...withoutLines('User'), service('User', 'root')]],
    ['another group', nginx, 'User', [...withoutLines('Group'), service('Group', 'shadow')]],
    ['a command of root', nginx, 'User', [...account, service('ExecStartPre', '+/bin/touch /x')]],
    ['a folder of its own', nginx, 'User', [...account, service('StateDirectory', '../etc')]],
    [
      'a device',
      nginx,
      'DevicePolicy',
      [service('DevicePolicy', 'closed'), service('DeviceAllow', '/dev/sda rw')],
    ],
  ])('is refused with %s than this host proposes', (_, facts, key, lines) => {
    expect(here(facts, plannedRow(key, lines))).toMatchObject({
      problem: expect.stringContaining('other lines'),
    })
  })

  it.each<[string, Facts, string, Assignment[]]>([
    [
      'a capability that the service has not',
      {
        ...nginx,
        unit: {
          ...nginx.unit,
          properties: { ...nginx.unit.properties, CapabilityBoundingSet: ['cap_kill'] },
        },
      },
      'CapabilityBoundingSet',
      [service('CapabilityBoundingSet', ''), service('CapabilityBoundingSet', 'CAP_SYS_ADMIN')],
    ],
    ['a wider umask', nginx, 'UMask', [service('UMask', '0000')]],
    [
      'calls that its filter denies',
      redisLike(),
      'SystemCallFilter',
      [service('SystemCallFilter', ''), service('SystemCallFilter', 'openat read mount')],
    ],
  ])('is not taken with %s', (_, facts, key, lines) => {
    expect(here(facts, plannedRow(key, lines))).not.toHaveProperty('row')
  })

  it('is left where it is in force', () => {
    const planned = plannedRow('NoNewPrivileges', [service('NoNewPrivileges', 'yes')])
    expect(here(redisLike(), planned)).toEqual({ leave: 'it is in force' })
  })

  it('is refused where the facts of this host forbid it, and why', () => {
    const planned = plannedRow('User', account)
    const alone = { ...nginx, processes: nginx.processes.filter(({ isMain }) => isMain) }
    expect(here(alone, planned)).toMatchObject({ problem: expect.stringMatching(/root/) })
  })
})
