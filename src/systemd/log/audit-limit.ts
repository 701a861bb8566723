import type { SeccompRecord } from './audit.ts'
import { parseSeccompLine } from './audit.ts'

/** printk_ratelimit() of the kernel: without an audit daemon its records go this way (kauditd_printk_skb()). */
const BURST = 10
const INTERVAL_MS = 5000

const SUPPRESSED = /\bkauditd_printk_skb: (\d+) callbacks suppressed/
/** With a daemon that does not keep up: audit_log_lost(). */
const LOST = /\baudit: audit_lost=\d+/

/**
 * Whether the kernel log reports dropped records since a moment (epoch ms). The kernel reports them only with the next
 * record, so silence proves nothing. These lines have no time of their own: their place among the records tells it.
 */
export function tellsOfLoss(kernelLog: string, sinceMs: number): boolean {
  let told = false
  for (const line of kernelLog.split('\n')) {
    const record = parseSeccompLine(line)
    if (record !== undefined && record.time < sinceMs) told = false
    else if (SUPPRESSED.test(line) || LOST.test(line)) told = true
  }
  return told
}

/**
 * Whether the kernel's limit may have hidden records among these: ten within five seconds are as many as it lets
 * through. Twice as many and more are seen only where an audit daemon takes them, which has no such limit.
 */
export function reachesLimit(records: readonly Pick<SeccompRecord, 'time'>[]): boolean {
  const times = records.map(({ time }) => time).sort((a, b) => a - b)
  let most = 0
  for (const [index, time] of times.entries()) {
    const end = times.findIndex((other) => other > time + INTERVAL_MS)
    most = Math.max(most, (end < 0 ? times.length : end) - index)
  }
  return most >= BURST && most <= 2 * BURST
}
