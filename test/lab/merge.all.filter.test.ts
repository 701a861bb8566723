import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { planAssignments } from '../../src/session/plan/planned-settings.ts'
import { type Plan, planSchema } from '../../src/session/plan/schema.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { answerOf, exposureOf, show } from './kit/subjects.ts'

/** As in audit-releases, so that one root serves both. */
const PACKAGES = ['cron', 'nginx', 'openssh-server']
const RELEASES = [
  ['247', { suite: 'bullseye', packages: PACKAGES }],
  ['252', { suite: 'bookworm' }],
  ['257', { suite: 'trixie' }],
  ['262', { suite: 'sid', packages: PACKAGES }],
] as const

describe.skipIf(skipLab())(labTitle('plans of four releases, made one'), () => {
  const labs = new Map<string, Lab>()
  let text: string
  let plan: Plan

  const lab = (release: string): Lab => {
    const found = labs.get(release)
    if (found === undefined) throw new Error(`no lab with systemd ${release}`)
    return found
  }

  beforeAll(async () => {
    const texts: string[] = []
    for (const [release, wish] of RELEASES) {
      const booted = await bootLab({ ...wish, services: ['nginx.service'] })
      labs.set(release, booted)
      await booted.output(['hostname', `with-${release}`])
      texts.push(await booted.output(['hardenctl', 'plan', 'nginx'], { timeoutMs: 170_000 }))
    }
    const files = texts.map((_, at) => `/srv/${at}.json`)
    for (const [at, file] of files.entries()) await lab('257').write(file, texts[at] ?? '')
    const merged = await lab('257').run(['hardenctl', 'merge', ...files, '-o', '/srv/all.json'])
    expect([merged.exitCode, merged.stderr], merged.stdout).toEqual([0, ''])
    text = (await lab('257').read('/srv/all.json')) ?? ''
    plan = planSchema.parse(JSON.parse(text))
  }, 800_000)
  afterAll(() => Promise.all([...labs.values()].map((one) => one.stop())))

  it('names the four machines, and who alone needs what', () => {
    expect(plan.also_made_on?.map(({ host }) => host)).toEqual(['with-252', 'with-257', 'with-262'])
    expect(plan.notes.join('\n')).toMatch(
      /^ReadWritePaths: \S+ is allowed on with-252 and with-257 alone\.$/m,
    )
    const written = planAssignments(plan).map(({ key }) => key)
    expect(written).toEqual(
      expect.arrayContaining(['User', 'ReadWritePaths', 'NoExecPaths', 'SystemCallFilter']),
    )
  })

  it.each(RELEASES.map(([release]) => release))(
    'are proven and applied on systemd %s, less what it does not know',
    async (release) => {
      await lab(release).write('/srv/all.json', text)
      const apply = ['hardenctl', 'apply', '/srv/all.json', '--yes', '--watch-seconds', '1']
      const { exitCode, stdout, stderr } = await lab(release).run([...apply, '--once'], {
        timeoutMs: 240_000,
      })
      expect([exitCode, stderr], stdout).toEqual([0, ''])
      expect(stdout).toContain(`What it was made on at with-${release} is the same here.`)
      expect(stdout.includes('NoExecPaths is left off: systemd 247 does not know it')).toBe(release === '247')
      expect(await exposureOf(lab(release), 'nginx.service')).toBeLessThanOrEqual(plan.exposure.after * 10)
      expect(await show(lab(release), 'nginx', 'User')).toBe('www-data')
      expect(await answerOf(lab(release))).toBe('200')
      const invocation = await show(lab(release), 'nginx', 'InvocationID')
      const again = await lab(release).run(apply)
      expect([again.exitCode, again.stdout]).toEqual([0, expect.stringContaining('nothing was changed')])
      expect(await show(lab(release), 'nginx', 'InvocationID')).toBe(invocation)
    },
    300_000,
  )
})
