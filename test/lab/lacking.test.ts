import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptDropIn } from './kit/subjects.ts'

/** Reads what only who may trace PID 1 can read, and ends without a word when it may not: ptrace(2). */
const SILENT = `[Service]
Type=exec
ExecStart=/bin/sh -c 'readlink /proc/1/root >/dev/null 2>&1 || exit 1; exec sleep infinity'
`

/** By what was seen alone: nothing answers, which is not what is tried here. */
const SHORT = ['--yes', '--level', 'tight', '--stages', 'capabilities', '--watch-seconds', '1']

describe.skipIf(skipLab())(labTitle('what a service lacks without a word'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: { '/etc/systemd/system/silent.service': SILENT },
      setup: [
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'silent'],
      ],
    })
  })
  afterAll(() => lab?.stop())

  it('is given back alone, and the bounding set is kept', { timeout: 180_000 }, async () => {
    const { exitCode, stdout } = await lab.run(['hardenctl', 'silent', ...SHORT], { timeoutMs: 170_000 })
    expect(exitCode, stdout).toBe(0)
    const lines = ((await keptDropIn(lab, 'silent.service')) ?? '').split('\n')
    expect(
      lines.filter((line) => line.startsWith('CapabilityBoundingSet=')),
      stdout,
    ).toEqual(['CapabilityBoundingSet=', 'CapabilityBoundingSet=CAP_SYS_PTRACE'])
  })
})
