import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { metricsText } from '../../../../src/session/audit/metrics.ts'
import {
  type Audit,
  aboveThreshold,
  auditDocument,
  auditJsonSchema,
  auditSchema,
} from '../../../../src/session/audit/report.ts'
import { sarifDocument } from '../../../../src/session/audit/sarif.ts'
import { tableLines } from '../../../../src/session/audit/table.ts'
import type { GuideRow } from '../../../../src/session/overview/guide.ts'
import type { ServiceRow } from '../../../../src/session/overview/row.ts'

const WEB: ServiceRow = {
  unit: 'web.service',
  description: 'Web "server"',
  state: 'running',
  type: 'notify',
  triggeredBy: [],
  exposure: 96,
  counted: 71,
  account: 'root',
  network: { listens: [{ transport: 'tcp', address: '::', port: 80 }], local: true },
  kept: { stages: ['system'], since: '2026-11-26T06:00:00.000Z', inForce: false },
  drags: ['other.service'],
  prediction: { exposure: 14, curve: [{ stage: 'capabilities', exposure: 79 }], left: 2 },
  complete: true,
}
const TEMPLATE: ServiceRow = {
  unit: 'x@.service',
  description: '',
  state: 'template',
  type: '',
  triggeredBy: [],
  obstacle: { reason: 'x@.service is a template', next: 'Name an instance.' },
  complete: true,
}
const GUIDE: GuideRow[] = [
  {
    jsonField: 'PrivateNetwork',
    name: 'PrivateNetwork=',
    description: "Service has access to the host's network",
    passed: false,
    exposure: 5,
    action: 'leave',
    why: 'It serves.',
    accepted: { reason: 'It serves the network.', until: '2030-01-01' },
  },
  {
    jsonField: 'UMask',
    name: 'UMask=',
    description: 'Files are world-readable',
    passed: false,
    exposure: 1,
    action: 'set',
    line: 'UMask=0077',
    why: 'No file is shared.',
  },
  {
    jsonField: 'Delegate',
    name: 'Delegate=',
    description: 'Service does not maintain its own delegated control group subtree',
    passed: true,
    exposure: 0,
    action: 'passed',
    why: '',
  },
]

function audit(change: Partial<Audit> = {}): Audit {
  return {
    hardenctl: '0.1.0',
    systemd: 257,
    at: new Date('2026-11-26T06:30:00Z'),
    rows: [WEB, TEMPLATE],
    guides: new Map([['web.service', GUIDE]]),
    valid: [],
    expired: [{ unit: 'a.service', check: 'UMask', reason: 'x', until: '2026-01-01', place: '/etc/x:1' }],
    problems: ['/var/lib/hardenctl/x/state.json is damaged: it is not JSON'],
    ...change,
  }
}

describe('audit --json', () => {
  it('keeps to its schema, with all that can be absent absent and present', () => {
    const document = JSON.parse(JSON.stringify(auditDocument(audit({ threshold: 50 }))))
    expect(auditSchema.parse(document)).toEqual(document)
    expect(document.services[0]).toMatchObject({
      exposure: 9.6,
      counted: 7.1,
      prediction: { win: 8.2, proven: false },
    })
    expect(document.services[1]).toMatchObject({ exposure: null, prediction: null, state: 'template' })
    expect(document.above_threshold).toEqual(['web.service'])
  })

  it('has the schema that is published', () => {
    const path = join(import.meta.dirname, '../../../../src/session/audit/audit.schema.json')
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(auditJsonSchema())))
  })
})

describe('the threshold', () => {
  it.each([
    [70, ['web.service']],
    [71, []],
    [undefined, []],
  ])('%s is held against what counts', (threshold, units) => {
    const limit = threshold === undefined ? {} : { threshold }
    expect(aboveThreshold(audit(limit)).map(({ unit }) => unit)).toEqual(units)
  })
})

describe('audit --sarif', () => {
  const document = sarifDocument(
    audit(),
    new Map([['web.service', '/usr/lib/systemd/system/web@1 x.service']]),
  )
  const [run] = (
    document as {
      runs: { results: Record<string, unknown>[]; tool: { driver: { rules: { id: string }[] } } }[]
    }
  ).runs

  it('has a result for each check that is not passed, and its rule', () => {
    expect(run?.results.map(({ ruleId }) => ruleId)).toEqual(['PrivateNetwork', 'UMask'])
    for (const { ruleId, ruleIndex } of run?.results ?? [])
      expect(run?.tool.driver.rules[ruleIndex as number]?.id).toBe(ruleId)
  })

  it('suppresses what is accepted, with the reason', () => {
    expect(run?.results[0]?.suppressions).toEqual([
      { kind: 'external', status: 'accepted', justification: 'It serves the network. (until 2030-01-01)' },
    ])
    expect(run?.results[1]).not.toHaveProperty('suppressions')
  })

  it('names the unit file as a URI', () => {
    expect(JSON.stringify(run?.results[1]?.locations)).toContain(
      'file:///usr/lib/systemd/system/web%401%20x.service',
    )
  })
})

describe('audit --metrics', () => {
  it('has one sample a unit, and escapes labels', () => {
    const text = metricsText(audit({ rows: [{ ...WEB, unit: 'a\\x2db.service' }] }))
    expect(text).toContain('hardenctl_exposure{unit="a\\\\x2db.service"} 9.6\n')
    expect(text).toContain('hardenctl_exposure_counted{unit="a\\\\x2db.service"} 7.1\n')
    expect(text).toContain('hardenctl_kept_in_force{unit="a\\\\x2db.service"} 0\n')
    expect(text).toContain('hardenctl_predicted_win{unit="a\\\\x2db.service"} 8.2\n')
  })

  it('has a help and a type before the samples of each name, and nothing else', () => {
    const names = new Set<string>()
    for (const line of metricsText(audit()).trimEnd().split('\n')) {
      const [, kind, name = ''] = /^# (HELP|TYPE) (hardenctl_\w+) /.exec(line) ?? []
      if (kind === 'HELP') {
        expect(names).not.toContain(name)
        names.add(name)
      } else if (kind === undefined) {
        const sample = /^(hardenctl_\w+)(?:\{unit="[^"]*"\})? -?[\d.]+$/.exec(line)
        expect(sample, line).not.toBeNull()
        expect(names).toContain(sample?.[1])
      }
    }
  })
})

describe('the table', () => {
  it('says that a win is not proven, and what has expired', () => {
    const text = tableLines(audit({ threshold: 50 })).join('\n')
    expect(text).toMatch(
      /^web +running +9\.6 UNSAFE \(7\.1\) +root +tcp 80 +NOT IN FORCE +8\.2, to 1\.4 +also restarts other\.service$/m,
    )
    expect(text).toContain('nothing of it is proven')
    expect(text).toContain('counts again (/etc/x:1)')
    expect(text).toContain('Above 5.0: web 7.1')
  })

  it('counts oneshots that do not run', () => {
    const oneshot: ServiceRow = {
      ...TEMPLATE,
      unit: 'o.service',
      state: 'stopped',
      type: 'oneshot',
      exposure: 95,
    }
    const text = tableLines(audit({ rows: [WEB, oneshot] })).join('\n')
    expect(text).not.toMatch(/^o /m)
    expect(text).toContain('One oneshot service that does not run now')
  })
})
