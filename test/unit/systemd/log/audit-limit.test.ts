import { describe, expect, it } from 'vitest'
import { reachesLimit, tellsOfLoss } from '../../../../src/systemd/log/audit-limit.ts'

const record = (ms: number) =>
  `[ 957.1] audit: type=1326 audit(${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}:5): pid=1 ` +
  'comm="perl" exe="/usr/bin/perl" sig=0 arch=c000003e syscall=110 compat=0 ip=0x7f code=0x7ffc0000'
const DROPPED = '[ 963.4] kauditd_printk_skb: 44 callbacks suppressed'

describe('what the kernel log says of records that it dropped', () => {
  it.each([
    ['nothing', [record(2000), record(3000)], false],
    ['that it dropped some', [record(2000), DROPPED, record(8000)], true],
    ['that it dropped some before', [DROPPED, record(500), record(2000)], false],
    ['that its own queue was full', [record(2000), '[ 1.0] audit: audit_lost=3 audit_rate_limit=0'], true],
    ['that another message was dropped', ['[ 1.0] net_ratelimit: 9 callbacks suppressed'], false],
  ])('%s', (_, lines, told) => expect(tellsOfLoss(lines.join('\n'), 1000)).toBe(told))
})

describe('as many records as the kernel lets through', () => {
  const every = (count: number, ms: number) => Array.from({ length: count }, (_, at) => ({ time: at * ms }))
  it.each([
    ['a few', every(9, 1), false],
    ['ten at once', every(10, 1), true],
    ['ten within five seconds', every(10, 555), true],
    ['many, one a second', every(60, 1000), false],
    ['ten, then ten more', every(20, 400), true],
    ['so many that no limit is there', every(30, 1), false],
  ])('%s', (_, records, reached) => expect(reachesLimit(records)).toBe(reached))
})
