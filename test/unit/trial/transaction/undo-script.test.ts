import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileStat } from '../../../../src/host/stat.ts'
import { quoted } from '../../../../src/trial/transaction/give-back.ts'
import { givenBack, type OwnershipRecord } from '../../../../src/trial/transaction/ownership.ts'
import { bootUnit, type UndoPlan, undoScript } from '../../../../src/trial/transaction/undo-script.ts'
import { IS_ROOT, temporaryFolder } from '../../host/temporary.ts'

const PLAN = {
  unit: 'x.service',
  token: '0123456789abcdef',
  trialDropIn: '/run/systemd/system/x.service.d/zz-trial.conf',
  keptDropIn: '/etc/systemd/system/x.service.d/zz-kept.conf',
  manager: { kind: 'system' } as const,
  runFolder: '/run/hardenctl/x',
  bootFiles: [],
  foldersMade: [],
  daemons: [],
  invocation: 'old',
  restartMark: '/run/hardenctl/x/restarted',
}

function recordOf(path: string): OwnershipRecord {
  const stat = lstatSync(path, { bigint: true })
  return {
    path,
    kind: stat.isDirectory() ? 'directory' : 'file',
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mode: Number(stat.mode & 0o7777n),
    inode: String(stat.ino),
    device: String(stat.dev),
  }
}

const owner = (path: string) => {
  const { uid, gid, mode } = lstatSync(path)
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`
}

/** Runs the script's own functions and restoring lines, without what speaks to systemd. */
function restore(records: readonly OwnershipRecord[], limit = 20): void {
  const lines = undoScript({ ...PLAN, records }).replace('timeout -k 5 20 ', `timeout -k 5 ${limit} `)
  const functions = lines.slice(lines.indexOf('\ngive_back='), lines.indexOf('\nclear_away()'))
  const { status, stderr } = spawnSync('/bin/sh', {
    input: `${functions}\ncalm() { :; }\ngive_all_back\n`,
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
}

const hand = (...paths: string[]) => {
  for (const path of paths) {
    chownSync(path, 54321, 54321)
    chmodSync(path, 0o700)
  }
}

function tree() {
  const base = temporaryFolder()
  const [folder, file] = [join(base, 'folder'), join(base, 'folder/file')]
  mkdirSync(folder, { mode: 0o755 })
  writeFileSync(file, '', { mode: 0o640 })
  const records = [recordOf(folder), recordOf(file)]
  hand(folder, file)
  return { base, folder, file, records }
}

describe('the script', () => {
  it.each(["x'; reboot; '.service", 'x\n.service', '$(reboot).service', '`reboot`', 'x y', '-x'])(
    'is sound for sh with %j in every place',
    (text) => {
      const record: OwnershipRecord = {
        path: `/srv/${text}`,
        kind: 'file',
        inode: '1',
        device: '1',
        uid: 0,
        gid: 0,
        mode: 0o644,
      }
      const plan = {
        ...PLAN,
        unit: text,
        trialDropIn: `/run/${text}`,
        bootFiles: [`/etc/${text}`],
        foldersMade: [`/run/${text}.d`],
      }
      const script = undoScript({ ...plan, records: [record] })
      expect(spawnSync('/bin/sh', ['-n'], { input: script }).status).toBe(0)
    },
  )

  it.each(["it's", '$HOME', '`id`', '"', 'a\nb', '\\', "''", '!x', '*'])(
    'quotes %j so that sh gives it back',
    (text) => {
      const said = execFileSync('/bin/sh', ['-c', `printf %s ${quoted(text)}`], { encoding: 'utf8' })
      expect(said).toBe(text)
    },
  )

  it('at boot comes before the service and needs nothing of hardenctl', () => {
    const text = bootUnit('a%b.service', '/var/lib/hardenctl/a_25b/undo.sh')
    expect(text).toContain('Before=a%b.service')
    expect(text).toContain('ExecStart=/bin/sh /var/lib/hardenctl/a_25b/undo.sh boot')
    expect(text).toContain('Description=Undo the unfinished hardenctl trial of a%%b.service')
  })
})

describe('the order', () => {
  it('gives files back before PID 1 may forget the unit that the service waits for at boot', () => {
    const script = undoScript({ ...PLAN, bootFiles: ['/etc/recover.service'], records: [] })
    expect(script).toContain('\ngive_all_back "$1"\nclear_away\n')
  })
})

/**
 * Runs the script against a systemctl that is a shell function: `answers` are the cases of its verbs, `mark` whether or
 * when the trial's restart was begun.
 */
function undone(answers: string, mark: boolean | Date = false, more: Partial<UndoPlan> = {}) {
  const folder = temporaryFolder()
  const run = join(folder, 'run/x')
  mkdirSync(run, { recursive: true })
  const restartMark = join(run, 'restarted')
  if (mark !== false) writeFileSync(restartMark, '')
  if (mark instanceof Date) utimesSync(restartMark, mark, mark)
  const script = undoScript({
    ...PLAN,
    records: [],
    runFolder: run,
    restartMark,
    trialDropIn: join(folder, 'drop-in'),
    ...more,
  })
  const systemctl = `is_state=active is_now=old is_load=loaded
    systemctl() {
      last=
      for last; do :; done
      echo "$1 $last" >>${folder}/calls
      case "$1 $2" in
      "show --property=ActiveState") echo $is_state ;;
      "show --property=InvocationID") echo $is_now ;;
      "show --property=LoadState") echo $is_load ;;
      esac
      case $1 in
      ${answers}
      esac
    }`
  // Waiting is not what is tested; PID 1 and its bus are not there.
  const text = script.replaceAll('sleep "$wait"', ':').replace('unset IFS', `${systemctl}\nunset IFS`)
  const { status } = spawnSync('/bin/sh', { input: text })
  const calls = readFileSync(join(folder, 'calls'), 'utf8').split('\n')
  const started = calls.some((call) => /^(?:re)?start x\.service$/.test(call))
  return { status, left: existsSync(run), started, calls }
}

it('starts the socket again whose service ended at each start, and no other', () => {
  const answers = (result: string) => `
      show) case $2 in --property=TriggeredBy) echo x.socket ;; --property=Result) echo ${result} ;; esac ;;
      start | restart) is_state=active is_now=new ;;`
  const failed = (result: string) => undone(`${answers(result)}`, true, { invocation: 'older' })
  expect(failed('service-start-limit-hit').calls).toContain('start x.socket')
  expect(failed('success').calls).not.toContain('start x.socket')
})

it('of a unit of a user asks the manager of that user alone', () => {
  const script = undoScript({ ...PLAN, records: [], manager: { kind: 'user' } })
  const spoken = /^systemctl\(\) \{.*\}$/m.exec(script)?.[0] ?? ''
  const seen = 'command() { echo "$@"; }'
  const said = spawnSync('/bin/sh', {
    input: `${seen}\n${spoken}\nsystemctl daemon-reload\n`,
    encoding: 'utf8',
  })
  expect(said.stdout).toBe('systemctl --user daemon-reload\n')
  expect(undoScript({ ...PLAN, records: [] })).not.toContain('--user')
})

const reloads = (refusals: number) => `daemon-reload) count=$((count + 1)); [ "$count" -gt ${refusals} ] ;;`

describe('while systemd can’t read its files', () => {
  it.each([
    ['succeeds and takes itself away when it can after all', 3, { status: 0, left: false }],
    ['fails, and stays for the timer to run again', 99, { status: 1, left: true }],
  ])('%s', (_, refusals, outcome) => expect(undone(reloads(refusals))).toMatchObject(outcome))
})

describe('the service', () => {
  it.each([
    ['that still runs as before is left alone', '', false, { status: 0, started: false }],
    [
      'of a trial is started anew',
      'daemon-reload) is_now=trial ;; restart) is_now=new ;;',
      true,
      { status: 0, started: true },
    ],
    [
      'that somebody stopped before the trial restarted it stays stopped',
      'daemon-reload) is_state=inactive ;;',
      false,
      { status: 0, started: false },
    ],
    [
      'that the trial’s restart left stopped is started',
      'daemon-reload) is_state=inactive ;; restart) is_state=active is_now=new ;;',
      true,
      { status: 0, started: true },
    ],
    [
      'that can’t be started yet is tried again by the timer',
      'daemon-reload) is_state=failed ;;',
      true,
      { status: 1, left: true, started: true },
    ],
    [
      'whose unit has no file for a while goes on, and is tried again',
      'daemon-reload) is_now=trial is_load=not-found ;; restart) false ;;',
      true,
      { status: 1, left: true },
    ],
    [
      'whose unit vanished in the middle of the restart is started when it is back',
      'daemon-reload) is_state=inactive is_load=not-found is_now=trial ;;',
      true,
      { status: 1, left: true },
    ],
    [
      'that was removed and has ended is nobody’s to start',
      'daemon-reload) is_state=inactive is_load=not-found is_now=trial ;;',
      new Date(Date.now() - 660_000),
      { status: 0, left: false },
    ],
  ])('%s', (_, answers, mark, outcome) => expect(undone(answers, mark)).toMatchObject(outcome))

  it.each([
    ['that was stopped before the first change is not started', 'is_state=inactive ;;', false],
    ['that runs since is restarted', 'is_now=since ;; restart) is_now=new ;;', true],
  ])('%s when everything is undone', (_, reloaded, started) => {
    const everything = { leavesStopped: true, invocation: 'none' }
    const outcome = undone(`daemon-reload) ${reloaded}`, false, everything)
    expect(outcome).toMatchObject({ status: 0, started })
  })
})

describe.skipIf(!IS_ROOT)('owners and modes (need root)', () => {
  it('come back, and a second run does no harm', () => {
    const { folder, file, records } = tree()
    restore(records)
    restore(records)
    expect([owner(folder), owner(file)]).toEqual(['0:0 755', '0:0 640'])
  })

  it('come back with the bits of a folder, and never with one that makes a file run as its owner', () => {
    const { folder, file } = tree()
    chmodSync(folder, 0o3777)
    chmodSync(file, 0o4750)
    const records = [recordOf(folder), recordOf(file)]
    const untouched = owner(file)
    restore(records)
    expect(owner(file)).toBe(untouched)
    chownSync(folder, 54322, 54322)
    chownSync(file, 54322, 54322)
    restore(records)
    expect([owner(folder), owner(file)]).toEqual(['54321:54321 3777', '54321:54321 750'])
  })

  it.each(["it's", 'a b', 'a\nb', '-rf', '$HOME', '*', 'ä', 'end\n'])(
    'come back below a name like %j',
    (name) => {
      const base = temporaryFolder()
      const [folder, file] = [join(base, name), join(base, name, name)]
      mkdirSync(folder, { mode: 0o755 })
      writeFileSync(file, '', { mode: 0o640 })
      const records = [recordOf(folder), recordOf(file)]
      hand(folder, file)
      restore(records)
      expect([owner(folder), owner(file)]).toEqual(['0:0 755', '0:0 640'])
    },
  )

  it('make a folder again that systemd took away', () => {
    const { folder, records } = tree()
    rmSync(folder, { recursive: true })
    restore(records)
    expect(owner(folder)).toBe('0:0 755')
  })

  it('come back to a log that was rotated since', () => {
    const { file, records } = tree()
    writeFileSync(`${file}.new`, '')
    hand(`${file}.new`)
    renameSync(file, `${file}.1`)
    renameSync(`${file}.new`, file)
    restore(records)
    expect(owner(file)).toBe('0:0 640')
  })

  it('are not given to a file in the place that has another name, nor the mode that runs it as its owner', () => {
    const { file, records } = tree()
    writeFileSync(`${file}.new`, '')
    hand(`${file}.new`)
    renameSync(file, `${file}.1`)
    linkSync(`${file}.new`, file)
    restore(records)
    expect(owner(file)).toBe('54321:54321 700')
    rmSync(`${file}.new`)
    restore(records.map((record) => ({ ...record, mode: 0o4755 })))
    expect(owner(file)).toBe('54321:54321 700')
  })

  it.each([
    ['the file', 'folder/file'],
    ['the folder', 'folder'],
  ])('do not reach through a link in the place of %s', (_, place) => {
    const { base, records } = tree()
    const outside = join(base, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'file'), '')
    hand(outside, join(outside, 'file'))
    renameSync(join(base, place), join(base, 'aside'))
    symlinkSync(place === 'folder' ? outside : join(outside, 'file'), join(base, place))
    restore(records)
    expect([owner(outside), owner(join(outside, 'file'))]).toEqual(['54321:54321 700', '54321:54321 700'])
  })

  it.each(['fifo', 'folder', 'socket'])(
    'leave a %s in the place of a file alone, and do not wait',
    (what) => {
      const { file, records } = tree()
      rmSync(file)
      restore(records)
      if (what === 'fifo') execFileSync('mkfifo', [file])
      else if (what === 'folder') mkdirSync(file)
      else
        execFileSync('perl', [
          '-MIO::Socket::UNIX',
          '-e',
          'IO::Socket::UNIX->new(Local => shift, Listen => 1) or die',
          file,
        ])
      hand(file)
      restore(records)
      expect(owner(file)).toBe('54321:54321 700')
    },
  )

  it('leave a file in the place of a folder alone', () => {
    const { folder, records } = tree()
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
    hand(folder)
    restore(records)
    expect(owner(folder)).toBe('54321:54321 700')
  })

  it('come back past folders in which every open blocks, in a bounded time', () => {
    const { folder, file, records } = tree()
    // A lease on a file blocks who opens it, for 45 s by default, and each file can have one: fcntl(2).
    const blocked = Array.from({ length: 8 }, (_, index) => join(folder, `blocked-${index}`))
    for (const path of blocked) {
      mkdirSync(path)
      writeFileSync(join(path, 'file'), '')
    }
    const all = [...records, ...blocked.map((path) => ({ ...recordOf(join(path, 'file')), given: [54321] }))]
    for (const path of blocked) {
      hand(path, join(path, 'file'))
    }
    const lease =
      'use Fcntl; for (@ARGV) { open my $f, "+<", $_ or die; fcntl($f, 1024, F_WRLCK) or die "$!"; push @f, $f } $SIG{IO} = "IGNORE"; $| = 1; print "held\n"; sleep 300'
    const holder = spawn('perl', ['-e', lease, ...blocked.map((path) => join(path, 'file'))])
    execFileSync('sleep', ['1'])
    const started = Date.now()
    restore(all, 1)
    holder.kill('SIGKILL')
    expect([owner(folder), owner(file)]).toEqual(['0:0 755', '0:0 640'])
    expect(Date.now() - started).toBeLessThan(7000)
  })
})

/** What a record and what is there now are, and what an undo makes of it; by the script and by what foretells it. */
describe.skipIf(!IS_ROOT)('what is handed to whom (needs root)', () => {
  const [ROOT, ACCOUNT, OTHER] = [0, 54321, 54399]
  const cases: [
    string,
    { was: number; given?: number[]; now: number; anew?: boolean; links?: number; mode?: number },
    boolean,
  ][] = [
    ['the account’s, which was root’s', { was: ROOT, given: [ACCOUNT], now: ACCOUNT }, true],
    ['somebody else’s by now, which was root’s', { was: ROOT, given: [ACCOUNT], now: OTHER }, true],
    ['root’s, which was the account’s', { was: ACCOUNT, given: [ACCOUNT], now: ROOT }, false],
    ['root’s, which was the account’s, by an older record', { was: ACCOUNT, now: ROOT }, false],
    [
      'root’s, which was the account’s until the trial took it',
      { was: ACCOUNT, given: [ROOT], now: ROOT },
      true,
    ],
    [
      'root’s with another name, which was the account’s',
      { was: ACCOUNT, given: [ROOT], now: ROOT, links: 2 },
      false,
    ],
    ['the account’s anew, which was root’s', { was: ROOT, given: [ACCOUNT], now: ACCOUNT, anew: true }, true],
    ['the account’s anew, by an older record', { was: ROOT, now: ACCOUNT, anew: true }, true],
    ['somebody else’s anew', { was: ROOT, given: [ACCOUNT], now: OTHER, anew: true }, false],
    ['root’s anew, whose mode alone is another', { was: ROOT, given: [ROOT], now: ROOT, anew: true }, false],
    ['root’s anew, which was the account’s', { was: ACCOUNT, given: [ROOT], now: ROOT, anew: true }, false],
    [
      'the account’s anew with another name',
      { was: ROOT, given: [ACCOUNT], now: ACCOUNT, anew: true, links: 2 },
      false,
    ],
    [
      'a program’s place anew',
      { was: ROOT, given: [ACCOUNT], now: ACCOUNT, anew: true, mode: 0o4755 },
      false,
    ],
  ]

  it.each(cases)('a file that is %s', (_, { was, given, now, anew, links, mode = 0o640 }, comesBack) => {
    const { base, file, records } = tree()
    const record = { ...(records[1] as OwnershipRecord), uid: was, gid: was, mode, given }
    if (anew) {
      writeFileSync(join(base, 'new'), '')
      renameSync(join(base, 'new'), file)
    }
    chownSync(file, now, now)
    chmodSync(file, 0o600)
    if (links === 2) linkSync(file, join(base, 'second'))
    const foretold = givenBack(record, fileStat(lstatSync(file, { bigint: true })))
    restore([record])
    expect([owner(file), foretold !== undefined]).toEqual([
      comesBack ? `${was}:${was} ${mode.toString(8)}` : `${now}:${now} 600`,
      comesBack,
    ])
  })

  it.each([
    ['the account’s anew, as systemd makes it at a start', ACCOUNT, true],
    ['somebody else’s anew', OTHER, false],
    ['root’s anew', ROOT, false],
  ])('a folder that is %s', (_, now, comesBack) => {
    const { folder, records } = tree()
    const record = { ...(records[0] as OwnershipRecord), given: [ACCOUNT] }
    // Kept, so that its inode is not used again.
    renameSync(folder, `${folder}.old`)
    mkdirSync(folder, { mode: 0o700 })
    chownSync(folder, now, now)
    const foretold = givenBack(record, fileStat(lstatSync(folder, { bigint: true })))
    restore([record])
    expect([owner(folder), foretold !== undefined]).toEqual([
      comesBack ? '0:0 755' : `${now}:${now} 700`,
      comesBack,
    ])
  })
})

describe('the script’s own helper', () => {
  it('leaves no process when it is ended', async () => {
    const lines = undoScript({ ...PLAN, records: [] })
    const helper = lines.slice(lines.indexOf('\ninsist() {'), lines.indexOf('\nreload() {'))
    const end = /^.*kill "\$insisting".*$/m.exec(lines)?.[0]
    const script = `${helper}\ninsist & insisting=$!\nsleep 0.3\n${end}\n`
    // In a process group of its own, which is there as long as one of its processes is.
    const shell = spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' })
    const status = await new Promise((resolve) => shell.once('exit', resolve))
    expect(status).toBe(0)
    expect(() => process.kill(-(shell.pid as number), 0)).toThrow('ESRCH')
  })
})
