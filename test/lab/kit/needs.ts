import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Stage } from '../../../src/catalog/common/types.ts'
import type { DiagnoseOutcome } from '../inside/diagnose-main.ts'
import { programFiles } from './bundled.ts'
import { bootLab, type Lab } from './lab.ts'
import { labTitle, skipLab } from './lab-problem.ts'

const FOLDER = '/opt/diagnose'
const SCRIPTS = '/usr/local/lib/needs'

/** Something that a service needs for a moment of its start, so that no look at its processes shows it. */
export interface Need {
  name: string
  script: string
  stage: Stage
  /** The row that forbids it, and what becomes of it: a value that lets it through, or left out. */
  row: string
  becomes: { evidence: RegExp } | { breaks: RegExp }
  user?: string
}

export const NEEDS: readonly Need[] = [
  {
    name: 'chown',
    script: 'chown www-data /srv/state/file',
    stage: 'capabilities',
    row: 'CapabilityBoundingSet',
    becomes: { evidence: /CAP_CHOWN is needed/ },
  },
  {
    name: 'log',
    script: 'date >>/srv/log/day',
    stage: 'filesystem',
    row: 'ProtectSystem',
    becomes: { evidence: /\/srv\/log(\/day)? is needed/ },
  },
  {
    name: 'netlink',
    script: 'ip link show lo',
    stage: 'system',
    row: 'RestrictAddressFamilies',
    becomes: { evidence: /AF_NETLINK is needed/ },
  },
  {
    name: 'compiler',
    script: `perl -e 'exit(syscall(9, 0, 4096, 7, 0x22, -1, 0) == -1)'`,
    stage: 'system',
    row: 'MemoryDenyWriteExecute',
    becomes: { breaks: /perl was refused mmap write-execute/ },
  },
  {
    name: 'owner',
    script: 'chown www-data /srv/state/file',
    stage: 'syscalls',
    row: 'SystemCallFilter',
    becomes: { evidence: /chown needs fchownat/ },
  },
  {
    name: 'limits',
    // setrlimit(2) itself: the C library calls prlimit64 instead.
    script: `perl -e '$limit = pack("QQ", 1000, 1000); exit(syscall(160, 7, $limit) == -1)'`,
    stage: 'syscalls',
    row: 'SystemCallFilter',
    becomes: { evidence: /perl needs setrlimit/ },
  },
  {
    name: 'interpreter',
    script: '/srv/tool',
    stage: 'filesystem',
    row: 'NoExecPaths',
    becomes: { evidence: /\/srv\/(tool|interpreter) is needed/ },
  },
  {
    name: 'memory',
    script: 'grep -q MemTotal /proc/meminfo',
    stage: 'filesystem',
    row: 'ProcSubset',
    becomes: { breaks: /grep was refused openat \/proc\/meminfo \(ENOENT\)/ },
  },
  {
    name: 'helper',
    script: '/srv/helper /srv/secret',
    stage: 'system',
    row: 'NoNewPrivileges',
    becomes: { breaks: /helper was refused openat \/srv\/secret \(EACCES\): it is setuid/ },
    user: 'www-data',
  },
]

/** The slowest ones of which the others show the kind: a row that has no looser value is left out. */
export const REPEATED: readonly string[] = ['compiler', 'memory']

function filesOf({ name, script, user }: Need): Record<string, string> {
  const as = user === undefined ? '' : `User=${user}\n`
  return {
    [`${SCRIPTS}/${name}`]: `#!/bin/sh\nexec ${script}\n`.replace('exec date', 'date'),
    [`/etc/systemd/system/needs-${name}.service`]: `[Service]\n${as}ExecStartPre=${SCRIPTS}/${name}\nExecStart=/usr/bin/sleep infinity\n`,
  }
}

const SETUP = `chmod 755 ${SCRIPTS}/*
mkdir /srv/state /srv/log
touch /srv/state/file
cp /bin/dash /srv/interpreter
printf '#!/srv/interpreter\\nexit 0\\n' >/srv/tool
echo secret >/srv/secret
cp /bin/cat /srv/helper
chmod 755 /srv/tool
chmod 600 /srv/secret
chmod 4755 /srv/helper
systemctl daemon-reload`

/** Each is met in clones, named, and given back or left out, and nothing else gives way. */
export function describeNeeds(needs: readonly Need[]): void {
  describe.skipIf(skipLab())(labTitle('what broke in a clone is named and given back'), () => meet(needs))
}

function meet(needs: readonly Need[]): void {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      // Before 255 systemd sets NoNewPrivileges with every seccomp setting, so that all of them would break the helper.
      suite: 'trixie',
      files: {
        ...(await programFiles(FOLDER, 'test/lab/inside/diagnose-main.ts')),
        ...Object.assign({}, ...needs.map(filesOf)),
      },
      setup: [['sh', '-ec', SETUP]],
    })
    const units = needs.map(({ name }) => `needs-${name}`)
    await lab.output(['systemctl', 'start', ...units])
  })
  afterAll(() => lab?.stop())

  it.each(needs)('$name: $row', { timeout: 260_000 }, async ({ name, stage, row, becomes }) => {
    const wish = JSON.stringify({ unit: `needs-${name}`, stage })
    const said = await lab.output(['node', `${FOLDER}/main.mjs`, wish], { timeoutMs: 250_000 })
    const { set, rows, ms }: DiagnoseOutcome = JSON.parse(said)
    const found = rows.find(({ key }) => key === row)
    const others = rows.filter(({ key, proof }) => key !== row && proof.state === 'breaks')
    console.log(
      `${name}: ${ms} ms, ${row}=${found?.value}, ${found?.ticked ? 'kept' : JSON.stringify(found?.proof)}`,
    )
    expect(set).toMatch(/^proven/)
    expect(found?.ticked).toBe('evidence' in becomes)
    if ('evidence' in becomes) expect(found?.evidence.join('\n')).toMatch(becomes.evidence)
    else
      expect(found?.proof).toMatchObject({ state: 'breaks', reason: expect.stringMatching(becomes.breaks) })
    // Only the guilty one gives way.
    expect(others.map(({ key }) => key)).toEqual([])
  })
}
