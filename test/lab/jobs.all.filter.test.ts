import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { watchWalk } from './kit/once-run.ts'
import { oneshot } from './kit/services/oneshots.ts'
import { leftovers, show } from './kit/subjects.ts'

const WEB = `[Service]
ExecStart=/bin/sleep infinity
ExecReload=/bin/sh -c 'echo reloaded >>/var/lib/web/reloads'
`
/** The shape of a renewal: it writes a certificate, and has the unit that uses it read it. */
const RENEW = oneshot('date +%%N >/var/lib/renew/cert && systemctl reload web')

/** `did` prints something that is other after each run, and `same` what must stay as it was. */
const JOBS = [
  {
    name: 'man-db',
    before: 'rm -f /var/cache/man/index.db',
    did: 'test -s /var/cache/man/index.db && echo made',
    same: 'stat -c "%n %U %G %a" /var/cache/man /var/cache/man/index.db /var/cache/man/CACHEDIR.TAG',
  },
  {
    name: 'apt-daily',
    before: 'rm -f /var/lib/apt/daily_lock',
    did: 'test -e /var/lib/apt/daily_lock && echo made',
    same: 'stat -c "%n %U %G %a" /var/lib/apt/daily_lock /var/lib/apt/lists',
  },
  {
    name: 'renew',
    before: 'rm -f /var/lib/renew/cert /var/lib/web/reloads',
    did: 'test -s /var/lib/renew/cert && wc -l </var/lib/web/reloads',
    same: 'stat -c "%n %U %G %a" /var/lib/renew/cert',
  },
]

describe.skipIf(skipLab())(labTitle('a job that a timer starts'), () => {
  let lab: Lab

  beforeAll(async () => {
    lab = await bootLab({
      suite: 'trixie',
      packages: ['man-db'],
      files: {
        '/etc/systemd/system/web.service': WEB,
        '/etc/systemd/system/renew.service': RENEW,
      },
      setup: [
        ['mkdir', '-p', '/var/lib/renew', '/var/lib/web'],
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'web'],
      ],
    })
  }, 300_000)
  afterAll(() => lab?.stop())

  it.each(JOBS)(
    '$name is walked in clones, runs once, and loses nothing',
    {
      timeout: 500_000,
    },
    async ({ name, before, did, same }) => {
      const sh = async (script: string) => (await lab.output(['sh', '-ec', script])).trim()
      const run = async () => {
        await sh(before)
        await lab.output(['systemctl', 'start', name])
        return { did: await sh(did), same: await sh(same) }
      }
      const unhardened = await run()
      await sh(before)
      const argv = [name, '--yes', '--run-once', '--level', 'tight']
      const walked = await watchWalk(lab, `${name}.service`, argv)
      const { stdout, stderr, exitCode } = walked.walk
      console.log(`${name}: ${walked.before / 10} → ${walked.after / 10}`)
      expect([0, 3], stdout + stderr).toContain(exitCode)
      expect(stdout).toContain('it ran once with all that is kept, and ended with success')
      expect(await sh(did)).toBe(unhardened.did)
      expect(await run(), stdout).toEqual(unhardened)
      expect(walked.after).toBeLessThan(walked.before)
      expect(await show(lab, name, 'Result')).toBe('success')
      expect((await lab.run(['hardenctl', 'undo', name])).exitCode).toBe(0)
      expect(await run()).toEqual(unhardened)
      expect(await leftovers(lab)).toEqual([])
    },
  )
})
