import { describe, expect, it } from 'vitest'
import type { Host, RunOptions } from '../../../../src/host/host.ts'
import { SYSTEM_MANAGER } from '../../../../src/host/manager.ts'
import type { Baseline } from '../../../../src/trial/health/baseline.ts'
import { type Check, parseCheck, parseExercise } from '../../../../src/trial/health/check.ts'
import { checkHealth, type HealthReport } from '../../../../src/trial/health/health.ts'
import { type Observation, proofOf } from '../../../../src/trial/health/judge.ts'

const GET = parseCheck('http://x/')

interface Service {
  /** What the service answers to the probe, one answer a round; the last stays. */
  probe?: string[]
  /** Exit codes of the exercises by name; 0 unless said. */
  exits?: Record<string, number>
  /** What `systemctl show` prints from the first exercise on. */
  afterwards?: Record<string, string>
}

/** A unit without processes, so that nothing of /proc is needed; remembers what was asked of it. */
function hostOf({ probe = ['200'], exits = {}, afterwards = {} }: Service) {
  const asked: string[] = []
  const users: RunOptions['as'][] = []
  const answers = [...probe]
  let exercised = false
  const shown = () => ({
    ActiveState: 'active',
    SubState: 'running',
    InvocationID: 'new',
    NRestarts: '0',
    ...(exercised ? afterwards : {}),
  })
  const host = {
    manager: SYSTEM_MANAGER,
    run: async ([program = '', ...rest]: string[], options: RunOptions = {}) => {
      const result = { argv: [program, ...rest], exitCode: 0, timedOut: false, stdout: '', stderr: '' }
      if (program === 'systemctl') {
        const lines = Object.entries(shown()).map(([key, value]) => `${key}=${value}`)
        return { ...result, stdout: lines.join('\n') }
      }
      if (!program.startsWith('play-')) return result
      exercised = true
      asked.push(program)
      users.push(options.as)
      return { ...result, exitCode: exits[program] ?? 0 }
    },
    probe: async () => {
      asked.push('probe')
      return { ok: true, answer: (answers.length > 1 ? answers.shift() : answers[0]) ?? '', ms: 1 }
    },
    read: async () => undefined,
    readlink: async () => undefined,
    stat: async () => undefined,
    readBytes: async () => undefined,
    list: async () => [],
  } as unknown as Host
  return { host, asked, users }
}

function baselineOf(...checks: Check[]): Baseline {
  const answers = checks.map((check) => ({ check, answer: check.kind === 'http' ? '200' : 'exit 0' }))
  return { listeners: [], answers, startMs: 1, restless: false }
}

const BASELINE = baselineOf(parseExercise('play-write x'), GET, parseExercise('play-read x'))

async function health(
  service: Service,
): Promise<{ report: HealthReport; asked: string[]; users: unknown[] }> {
  const { host, asked, users } = hostOf(service)
  const report = await checkHealth({
    host,
    unit: 'x.service',
    baseline: BASELINE,
    before: { invocation: 'old', processes: [] },
    since: 0,
    startLimitMs: 1000,
    executables: [],
  })
  return { report, asked, users }
}

describe.concurrent('exercises in a health check', () => {
  it('are played in their order, once each, and only when all else is healthy and at rest', async () => {
    const { report, asked, users } = await health({ probe: ['503', '503', '200'] })
    expect(report).toMatchObject({ healthy: true, reasons: [] })
    expect(asked.filter((one) => one !== 'probe')).toEqual(['play-write', 'play-read'])
    expect(asked.filter((one) => one === 'probe').length).toBeGreaterThanOrEqual(3)
    expect(asked.slice(-2)).toEqual(['play-write', 'play-read'])
    for (const user of users) expect(user).not.toMatchObject({ uid: 0 })
  })

  it('are said one by one in the proof', async () => {
    const { report } = await health({})
    expect(report.proof).toContain('play play-write x: exit 0, as before')
    expect(report.proof).toContain('play play-read x: exit 0, as before')
    expect(report.proof.join('\n')).not.toContain('only probes')
  })

  it('must come to what they came to at the baseline', async () => {
    const { report } = await health({ exits: { 'play-read': 1 } })
    expect(report.healthy).toBe(false)
    expect(report.reasons).toEqual([
      { kind: 'answer', text: 'play play-read x: exit 1, before the change exit 0' },
    ])
  })

  it('are not played on a service that is not healthy', async () => {
    const { report, asked } = await health({ probe: ['503'] })
    expect(report.healthy).toBe(false)
    expect(asked.some((one) => one.startsWith('play-'))).toBe(false)
  }, 15_000)

  it.each<[string, Record<string, string>, string]>([
    ['that systemd started again', { NRestarts: '1' }, 'restarting'],
    ['with another invocation', { InvocationID: 'newer' }, 'restarting'],
    ['with another main process', { MainPID: '7' }, 'restarting'],
    ['that is gone', { ActiveState: 'failed', Result: 'core-dump' }, 'start'],
  ])('break a service %s by then', async (_, afterwards, kind) => {
    const { report } = await health({ afterwards })
    expect(report.healthy).toBe(false)
    expect(report.reasons.map((reason) => reason.kind)).toContain(kind)
  })
})

it('says last that only the probes were played, where there is no exercise', () => {
  const before = { invocation: '', processes: [] }
  const seen = { before, snapshots: [], answers: [{ check: GET, answer: '200' }] }
  const observation = seen as unknown as Observation
  expect(proofOf(observation, baselineOf(GET)).at(-1)).toBe('only probes ran: no --exercise was given')
})
