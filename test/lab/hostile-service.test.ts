import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tryFirstStage } from '../terminal/say-yes.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, fireDeadMan, keptDropIn, leftovers, within } from './kit/subjects.ts'

/** An instance whose name has an at sign and an escaped blank, as systemd-escape(1) writes it. */
const UNIT = 'odd--name@a\\x2db\\x20c.service'
const DROP_INS = `/etc/systemd/system/${UNIT}.d`

/** Answers, and with fewer capabilities speaks to the terminal of whoever reads its log, then ends. */
const SERVICE = `const { createServer } = require('node:http')
const { mkdirSync, readFileSync, rmSync } = require('node:fs')
const TITLE = '\\x1b]0;owned\\x07'
console.log(TITLE + '\\x1b[2J\\x1b[31m--help \\u202egnp.exe')
const bound = (process) => /^CapBnd:\\s*(\\w+)/m.exec(readFileSync('/proc/' + process + '/status', 'utf8'))[1]
if (bound('self') !== bound('1')) {
  console.error('error: permission denied ' + TITLE + '\\x9b2J --yes\\x1b[8m')
  process.exit(1)
}
const banner = (request, response) => {
  response.socket.end('HTTP/1.1 200 ' + TITLE + '\\r\\nServer: ' + TITLE + '\\x1b[31m\\r\\nContent-Length: 0\\r\\n\\r\\n')
}
createServer(banner).listen(8087, '127.0.0.1')
const socket = '/run/odd/' + TITLE + '\\x1b[31m\\u202e.sock'
mkdirSync('/run/odd', { recursive: true })
rmSync(socket, { force: true })
createServer(banner).listen(socket)
`
const TEMPLATE = `[Unit]
Description=Hostile \u001b]0;owned\u0007 %I --version
[Service]
ExecStart=/usr/local/bin/node /srv/hostile.js
`
const HOSTILE = /[\u001b\u0007\u009b\u202e]/
const WALK = [UNIT, '--yes', '--level', 'tight', '--no-rehearsal']

const answer = (lab: Lab) => answerOf(lab, 'http://127.0.0.1:8087/')

/** What is read back from disk is no more trusted on a terminal than what the service says. */
async function writeHostileState(lab: Lab): Promise<void> {
  const find = ['find', '/var/lib/hardenctl', '-name', 'state.json']
  const path = (await lab.output(find)).trim()
  const state = JSON.parse((await lab.read(path)) ?? '')
  state.kept[0].at = 'then \u001b]0;owned\u0007\u009b2J\u202e'
  await lab.write(path, JSON.stringify(state))
}

describe.skipIf(skipLab())(labTitle('a hostile service with an odd name'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      files: { '/srv/hostile.js': SERVICE, '/etc/systemd/system/odd--name@.service': TEMPLATE },
      services: [UNIT],
      ready: ['curl', '-s', 'http://127.0.0.1:8087/'],
    })
  })
  afterAll(() => lab?.stop())

  it('is undone by the timer when hardenctl is killed before its health is proven', async () => {
    const walk = await lab.run(['hardenctl', ...WALK], {
      env: { HARDENCTL_KILL_BEFORE: 'health' },
      timeoutMs: 60_000,
    })
    expect(walk.exitCode, walk.stderr).not.toBe(0)
    expect((await leftovers(lab)).length).toBeGreaterThan(0)
    expect(await fireDeadMan(lab)).toBe(true)
    await within(60_000, async () => (await leftovers(lab)).length === 0 && (await answer(lab)) === '200')
    expect(await leftovers(lab)).toEqual([])
    expect(await answer(lab)).toBe('200')
  })

  it('sends no escape of its log, banner or description through --yes, and is undone whole', {
    timeout: 240_000,
  }, async () => {
    const walk = await lab.run(
      ['hardenctl', ...WALK, '--stages', 'capabilities,filesystem', '--watch-seconds', '1'],
      {
        timeoutMs: 230_000,
      },
    )
    expect(walk.stdout + walk.stderr).toContain('permission denied')
    expect(walk.stdout + walk.stderr).toContain('/run/odd/')
    expect(walk.stdout + walk.stderr).not.toMatch(HOSTILE)
    expect(await answer(lab)).toBe('200')
    await writeHostileState(lab)
    for (const [command, reached] of [
      ['status', 'kept then'],
      ['undo', '/run/odd/'],
    ] as const) {
      const { stdout, stderr } = await lab.run(['hardenctl', command, UNIT], { timeoutMs: 60_000 })
      expect(stdout).toContain(reached)
      expect(stdout + stderr).not.toMatch(HOSTILE)
    }
    expect(await keptDropIn(lab, UNIT)).toBeUndefined()
    expect((await lab.run(['ls', '-d', DROP_INS])).exitCode).not.toBe(0)
    expect(await leftovers(lab)).toEqual([])
    expect(await answer(lab)).toBe('200')
  })

  it('can’t reach the terminal of the wizard', { timeout: 120_000 }, async () => {
    const wizard = lab.spawnPty(['hardenctl', UNIT, '--no-rehearsal', '--level', 'tight'], {
      columns: 100,
      rows: 40,
    })
    const failed = wizard.waitFor('permission denied', 100_000).then(() => true)
    failed.catch(() => undefined)
    await tryFirstStage(wizard)
    await failed
    expect(wizard.written()).not.toMatch(/\]0;owned|\u009b|\u202e/)
    wizard.kill('SIGTERM')
    await wizard.ended(60_000)
    await within(60_000, async () => (await leftovers(lab)).length === 0)
    expect(await leftovers(lab)).toEqual([])
    expect(await answer(lab)).toBe('200')
  })
})
