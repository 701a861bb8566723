import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { walked } from './kit/walked.ts'

/** Loads for a while before it listens, of which systemd knows nothing. */
const LOADING = `[Service]
ExecStart=/usr/local/bin/node -e "const until = Date.now() + 8000; while (Date.now() < until); require('node:net').createServer((s) => s.end()).listen(8124, '127.0.0.1')"
`

const LISTENS = 'until (: </dev/tcp/127.0.0.1/8124) 2>/dev/null; do sleep 0.2; done'

describe.skipIf(skipLab())(labTitle('a service that loads for long before it listens'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: { '/etc/systemd/system/loading.service': LOADING },
      setup: [['systemctl', 'start', 'loading']],
      ready: ['bash', '-c', LISTENS],
    })
  })
  afterAll(() => lab?.stop())

  it('is waited for', { timeout: 240_000 }, async () => {
    const { stdout, kept } = await walked(lab, 'loading', ['--stages', 'system'], 230_000)
    expect(kept).toContain('LockPersonality=yes')
    expect(stdout).toContain('rehearsed first in a clone')
    expect(stdout).not.toContain('broke')
  })
})
