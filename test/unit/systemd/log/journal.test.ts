import { describe, expect, it } from 'vitest'
import type { Host } from '../../../../src/host/host.ts'
import { firstEnd, invocationJournal, parseJournal } from '../../../../src/systemd/log/journal.ts'
import { memoryHost } from '../../observe/memory-host.ts'

const line = (fields: Record<string, unknown>) => JSON.stringify(fields)

describe('journalctl -o json', () => {
  it('gives what the diagnosis needs', () => {
    const text = line({
      __REALTIME_TIMESTAMP: '1700000000123456',
      MESSAGE: 'bind() failed',
      MESSAGE_ID: 'abc',
      SYSLOG_IDENTIFIER: 'nginx',
      _COMM: 'nginx-worker',
      _PID: '42',
      PRIORITY: '3',
    })
    expect(parseJournal(text)[0]).toMatchObject({
      time: 1700000000123456,
      message: 'bind() failed',
      messageId: 'abc',
      identifier: 'nginx',
      pid: 42,
      priority: 3,
    })
  })

  it.each([
    [[101, 195, 164, 255], 'eä\ufffd'],
    [['one', 'two'], 'two'],
    [['one', [116, 119, 111]], 'two'],
    [null, ''],
    [7, ''],
    [{}, ''],
  ])('reads the message %j as %j', (message, text) => {
    expect(parseJournal(line({ MESSAGE: message }))[0]?.message).toBe(text)
  })

  it('takes an entry without a priority for information, also where the field is too long to be printed', () => {
    expect(parseJournal(line({ MESSAGE: 'x' }))[0]?.priority).toBe(6)
    expect(parseJournal(line({ MESSAGE: 'x', PRIORITY: null }))[0]?.priority).toBe(6)
  })

  it('leaves out a torn line and whatever is none', () => {
    const whole = line({ MESSAGE: 'whole' })
    const text = ['-- No entries --', whole.slice(0, -3), '[1]', '"x"', '', whole, '{'].join('\n')
    expect(parseJournal(text).map(({ message }) => message)).toEqual(['whole'])
  })

  it('is not asked about what is no invocation', async () => {
    const asked: string[] = []
    const host: Host = {
      ...memoryHost({ files: {} }),
      async run(argv) {
        asked.push(argv.join(' '))
        return { argv, exitCode: 0, timedOut: false, stdout: line({ MESSAGE: 'x' }), stderr: '' }
      },
    }
    for (const invocation of ['', '--vacuum-size=1', 'ABC', `${'a'.repeat(32)}\n`]) {
      expect(await invocationJournal(host, invocation)).toEqual([])
    }
    expect(asked).toEqual([])
    expect(await invocationJournal(host, 'a'.repeat(32))).toHaveLength(1)
  })
})

const FAILED = { MESSAGE_ID: 'd9b373ed55a64feb8242e02dbe79a49c', UNIT_RESULT: 'exit-code' }
const SUCCEEDED = { MESSAGE_ID: '7ad2d189f7e94e70a38c781354912448' }

describe('how the first invocation ended', () => {
  it.each([
    [[FAILED, SUCCEEDED], 'exit-code'],
    [[SUCCEEDED, FAILED], 'success'],
    [[], undefined],
  ])('of %j: %s', async (entries, end) => {
    const host: Host = {
      ...memoryHost({ files: {} }),
      run: async (argv) => ({
        argv,
        exitCode: 0,
        timedOut: false,
        stdout: entries.map(line).join('\n'),
        stderr: '',
      }),
    }
    expect(await firstEnd(host, 'x.service', 0)).toBe(end)
  })
})
