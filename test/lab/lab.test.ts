import { afterEach, describe, expect, it } from 'vitest'
import { bootLab, type Lab, type LabWish } from './lab.ts'
import { labProblem, skipLab } from './problem.ts'

const labs: Lab[] = []

async function boot(wish: LabWish): Promise<Lab> {
  const lab = await bootLab(wish)
  labs.push(lab)
  return lab
}

afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.stop()))
})

describe.skipIf(skipLab())(`a lab${labProblem() ? ` (${labProblem()})` : ''}`, () => {
  it.each([
    ['bookworm', 252],
    ['trixie', 257],
  ])('boots %s with systemd %i and a service that answers', async (suite, version) => {
    const started = Date.now()
    const lab = await boot({ suite, services: ['apache2'] })
    console.log(Date.now() - started)
    expect(await lab.output(['systemctl', '--version'])).toMatch(`systemd ${version} `)
    const answer = await lab.output([
      'curl',
      '-s',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      'http://127.0.0.1/',
    ])
    expect(answer).toBe('200')
  })
})
