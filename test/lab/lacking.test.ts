import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Reads what only who may trace PID 1 can read, and ends without a word when it may not: ptrace(2). */
const SILENT = `[Service]
Type=exec
ExecStart=/bin/sh -c 'readlink /proc/1/root >/dev/null 2>&1 || exit 1; exec sleep infinity'
`

/** By what was seen alone: nothing answers, which is not what is tried here. */
const OPTIONS = ['--level', 'tight', '--stages', 'capabilities']

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
    const { stdout, kept } = await walked(lab, 'silent', OPTIONS, 170_000)
    const lines = kept.split('\n')
    expect(
      lines.filter((line) => line.startsWith('CapabilityBoundingSet=')),
      stdout,
    ).toEqual(['CapabilityBoundingSet=', 'CapabilityBoundingSet=CAP_SYS_PTRACE'])
  })
})
