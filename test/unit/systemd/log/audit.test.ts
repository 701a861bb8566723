import { describe, expect, it } from 'vitest'
import { type Host, HostError, type RunResult } from '../../../../src/host/host.ts'
import {
  groupsOf,
  parseSeccompJournal,
  parseSeccompLine,
  parseSeccompText,
  readSeccompRecords,
} from '../../../../src/systemd/log/audit.ts'

const KERNEL =
  '[ 3441.778056] audit: type=1326 audit(1795474717.832:2): auid=4294967295 uid=0 gid=0 ses=4294967295 pid=5015 ' +
  'comm="chown" exe="/usr/bin/chown" sig=31 arch=c000003e syscall=260 compat=0 ip=0x7f9ec1a6a5aa code=0x80000000'
const CHOWN = {
  time: 1795474717832,
  id: 2,
  pid: 5015,
  uid: 0,
  comm: 'chown',
  exe: '/usr/bin/chown',
  signal: 31,
  arch: 'c000003e',
  syscall: 260,
  name: 'fchownat',
  kill: true,
}
const ENRICHED =
  'type=SECCOMP msg=audit(1795474717.832:2): auid=4294967295 uid=0 gid=0 ses=4294967295 subj=unconfined pid=5015 ' +
  'comm="chown" exe="/usr/bin/chown" sig=31 arch=c000003e syscall=260 compat=0 ip=0x7f9ec1a6a5aa code=0x80000000' +
  '\x1dAUID="unset" UID="root" GID="root" ARCH=x86_64 SYSCALL=fchownat'

const JOURNAL_AUDIT = JSON.stringify({
  _TRANSPORT: 'audit',
  _AUDIT_TYPE: '1326',
  _AUDIT_ID: '2',
  _SOURCE_REALTIME_TIMESTAMP: '1795474717832000',
  __REALTIME_TIMESTAMP: '1795474717900000',
  _PID: '5015',
  _UID: '0',
  _COMM: 'chown',
  _EXE: '/usr/bin/chown',
  _AUDIT_FIELD_SIG: '31',
  _AUDIT_FIELD_ARCH: 'c000003e',
  _AUDIT_FIELD_SYSCALL: '260',
  MESSAGE: 'SECCOMP auid=4294967295',
})
const JOURNAL_KERNEL = JSON.stringify({ _TRANSPORT: 'kernel', MESSAGE: KERNEL.replace(/^\[.*?\] /, '') })

describe('one line', () => {
  it.each([
    ['kernel log', KERNEL],
    ['kernel log with a level', `<5>${KERNEL}`],
    ['audit.log', ENRICHED.split('\x1d')[0] ?? ''],
    ['enriched audit.log', ENRICHED],
    ['a node before it', `node=web1 ${ENRICHED}`],
  ])('reads %s', (_, line) => expect(parseSeccompLine(line)).toEqual(CHOWN))

  it.each([
    ['another type', KERNEL.replace('1326', '1400')],
    ['no call', KERNEL.replace('syscall=260', '')],
    ['cut before the fields', KERNEL.slice(0, 60)],
    ['nothing', ''],
    ['a printk of a program', 'audit: type=1326 audit(x:y): syscall=1'],
  ])('leaves out %s', (_, line) => expect(parseSeccompLine(line)).toBeUndefined())

  it.each([
    ['comm=6120622073797363616C6C3D31', 'a b syscall=1'],
    ['comm="CAFE"', 'CAFE'],
    ['comm=(null)', ''],
    ['comm=C3A92062', 'é b'],
  ])('reads %s', (field, comm) => {
    expect(parseSeccompLine(KERNEL.replace('comm="chown"', field))).toMatchObject({ comm, syscall: 260 })
  })

  it.each([
    ['arch=c00000b7 syscall=54', 'fchownat'],
    ['arch=40000003 syscall=298', 'fchownat'],
    ['arch=c000003e syscall=1073742084', 'fchownat'],
    ['arch=c000003e syscall=999', 'syscall_999'],
    ['arch=deadbeef syscall=3', 'syscall_3'],
  ])('names %s', (field, name) => {
    expect(parseSeccompLine(KERNEL.replace('arch=c000003e syscall=260', field))?.name).toBe(name)
  })

  it('takes a logged call for no kill', () => {
    const logged = KERNEL.replace('sig=31', 'sig=0').replace('0x80000000', '0x7ffc0000')
    expect(parseSeccompLine(logged)).toMatchObject({ signal: 0, kill: false })
  })
})

describe('journal', () => {
  it('reads both transports and passes over what is no record', () => {
    const text = [JOURNAL_KERNEL, 'not json', '{"broken', '{"MESSAGE":null}', JOURNAL_AUDIT, ''].join('\n')
    expect(parseSeccompJournal(text)).toEqual([CHOWN, CHOWN])
  })
  it('reads a message of bytes and does not decode its own fields twice', () => {
    const bytes = JSON.stringify({ _TRANSPORT: 'kernel', MESSAGE: [...Buffer.from(KERNEL)] })
    expect(parseSeccompJournal(bytes)).toEqual([CHOWN])
    expect(parseSeccompJournal(JOURNAL_AUDIT.replace('"chown"', '"CAFE"'))).toMatchObject([{ comm: 'CAFE' }])
  })
})

it('reads a text of many lines', () => {
  expect(parseSeccompText(`boot\n${KERNEL}\nmore\n${ENRICHED}\n`)).toEqual([CHOWN, CHOWN])
})

describe('all sources', () => {
  const result = (argv: readonly string[], stdout: string): RunResult => ({
    argv,
    exitCode: 0,
    timedOut: false,
    stdout,
    stderr: '',
  })
  const host = (texts: Record<string, string>) =>
    ({
      run: async (argv: readonly string[]) => {
        const text = texts[argv[0] ?? '']
        if (text === undefined) throw new HostError('not there', 'ENOENT')
        return result(argv, text)
      },
    }) as unknown as Host
  const later = KERNEL.replace('1795474717.832:2', '1795474718.001:3')

  it('tells each record once, in order', async () => {
    const texts = { dmesg: `${later}\n${KERNEL}`, journalctl: JOURNAL_AUDIT, tail: ENRICHED }
    expect((await readSeccompRecords(host(texts), 0)).map(({ id }) => id)).toEqual([2, 3])
  })
  it('leaves out what is older', async () => {
    const texts = { dmesg: `${KERNEL}\n${later}` }
    expect((await readSeccompRecords(host(texts), CHOWN.time + 1)).map(({ id }) => id)).toEqual([3])
  })
  it('does without any source', async () => {
    expect(await readSeccompRecords(host({}), 0)).toEqual([])
  })
})

describe('groups of a call', () => {
  const groups = {
    '@known': ['chown', 'read', 'setuid', 'x'],
    '@privileged': ['chown', 'setuid', 'x'],
    '@chown': ['chown'],
    '@b': ['read'],
    '@a': ['read'],
  }
  it.each([
    ['chown', ['@chown', '@privileged']],
    ['read', ['@a', '@b']],
    ['nothing', []],
  ])('%s', (name, expected) => expect(groupsOf(name, groups)).toEqual(expected))
})
