import { describe, expect, it } from 'vitest'
import { filtered } from '../../../../src/session/overview/overview.ts'
import type { ServiceRow } from '../../../../src/session/overview/row.ts'

const row = (unit: string, over: Partial<ServiceRow> = {}): ServiceRow => ({
  unit,
  description: 'A web server',
  state: 'running',
  type: 'simple',
  triggeredBy: [],
  account: 'root',
  complete: true,
  ...over,
})
const ROWS = [
  row('nginx.service', {
    network: { listens: [{ transport: 'tcp', address: '::', port: 80 }], local: false },
  }),
  row('db.service', { description: 'A database', account: 'postgres' }),
  row('old.service', { state: 'failed' }),
]

describe('the filter', () => {
  it.each([
    ['', ['nginx', 'db', 'old']],
    ['NGINX', ['nginx']],
    ['postgres', ['db']],
    ['tcp 80', ['nginx']],
    ['failed', ['old']],
    ['web root', ['nginx', 'old']],
    ['web postgres', []],
    ['  ', ['nginx', 'db', 'old']],
    ['.*', []],
  ])('%j', (filter, names) => {
    expect(filtered(ROWS, filter).map(({ unit }) => unit.replace('.service', ''))).toEqual(names)
  })
})
