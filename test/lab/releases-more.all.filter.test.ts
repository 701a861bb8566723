import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { keptStages, watchWalk } from './kit/once-run.ts'
import { RELEASES } from './kit/releases.ts'
import { leftovers } from './kit/subjects.ts'

/** One instance takes the socket that its socket unit hands over (Accept=no). */
const BY_SOCKET = {
  '/etc/systemd/system/hello.socket': '[Socket]\nListenStream=127.0.0.1:7001\n',
  '/etc/systemd/system/hello.service':
    '[Service]\nExecStart=/usr/local/bin/node -e "require(`http`).createServer((q, a) => a.end(`hello`)).listen({ fd: 3 })"\n',
}

const WALKS = [
  {
    kind: 'a database',
    name: 'redis-server',
    use: "sh -c 'redis-cli set walked yes | grep -q OK && redis-cli get walked | grep -q yes'",
    most: 20,
  },
  {
    kind: 'a service that its socket starts',
    name: 'hello',
    use: "sh -c 'curl -sf http://127.0.0.1:7001/ | grep -q hello'",
    most: 30,
  },
]

describe.skipIf(skipLab()).each(RELEASES)(labTitle('on systemd $systemd'), (release) => {
  let lab: Lab
  beforeAll(async () => {
    lab = await bootLab({
      ...release,
      files: BY_SOCKET,
      services: ['redis-server.service'],
      setup: [
        ['systemctl', 'daemon-reload'],
        ['systemctl', 'start', 'hello.socket', 'hello.service'],
      ],
    })
  }, 300_000)
  afterAll(() => lab?.stop())

  it.each(WALKS)(
    '$kind is walked in clones first, without a needless start',
    async ({ name, use, most }) => {
      const unit = `${name}.service`
      const { walk, after, starts } = await watchWalk(lab, unit, [name, '--yes', '--exercise', use])
      expect(walk, walk.stdout).toMatchObject({ exitCode: 0, stderr: '' })
      const kept = keptStages(walk)
      expect(starts, walk.stdout).toEqual({ started: kept + 1, failed: 0 })
      expect(starts.started).toBeLessThanOrEqual(6)
      expect(walk.stdout.match(/kept,.*rehearsed first in a clone/g)).toHaveLength(kept)
      expect(after, walk.stdout).toBeLessThanOrEqual(most)
      expect(await leftovers(lab)).toEqual([])
      expect((await lab.run(['hardenctl', 'status', name])).exitCode).toBe(0)
      expect((await lab.run(['sh', '-c', use])).exitCode).toBe(0)
      expect((await lab.run(['hardenctl', 'undo', name], { timeoutMs: 100_000 })).exitCode).toBe(0)
      expect((await lab.run(['sh', '-c', use])).exitCode).toBe(0)
    },
    400_000,
  )
})
