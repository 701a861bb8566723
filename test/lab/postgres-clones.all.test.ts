import { expect, it } from 'vitest'
import type { RehearsalResult, RehearsalWish } from './inside/rehearsal-main.ts'
import { programFiles } from './kit/bundled.ts'
import { bootLab, type Lab } from './kit/lab.ts'
import { labTitle, skipLab } from './kit/lab-problem.ts'
import { show } from './kit/subjects.ts'

const UNIT = 'postgresql@15-main.service'
const FOLDER = '/opt/rehearsal'
const ROUNDS = 20

const CLIENT = `n=0
while [ ! -e /tmp/enough ]; do
  psql -qAtc "insert into seen values ($n)" postgres || echo failed
  n=$((n + 1))
done
echo "$n rows"`

async function open(): Promise<Lab> {
  return bootLab({
    services: ['postgresql@15-main'],
    files: {
      ...(await programFiles(FOLDER, 'test/lab/inside/rehearsal-main.ts')),
      '/opt/client.sh': CLIENT,
    },
  })
}

function sql(lab: Lab, text: string): Promise<string> {
  return lab.output(['su', 'postgres', '-c', `psql -qAtc "${text}" postgres`])
}

const title = `a database in production loses nothing while it stops and starts ${ROUNDS} times in clones`

it.skipIf(skipLab())(labTitle(title), async () => {
  const lab = await open()
  try {
    await sql(lab, 'create table seen (n int)')
    const main = await show(lab, UNIT, 'MainPID')
    const client = lab.run(['su', 'postgres', '-c', 'sh /opt/client.sh'], { timeoutMs: 300_000 })
    const wish: RehearsalWish = {
      unit: UNIT,
      checks: ['tcp:127.0.0.1:5432'],
      shell: Array.from({ length: ROUNDS / 2 }, () => `systemctl stop ${UNIT} && systemctl start ${UNIT}`),
    }
    // Half of them in a second clone, made while the first one is at work.
    const argv = ['node', `${FOLDER}/main.mjs`, JSON.stringify(wish)]
    const said = await Promise.all([
      lab.output(argv, { timeoutMs: 250_000 }),
      lab.output(argv, { timeoutMs: 250_000 }),
    ])
    await lab.write('/tmp/enough', '')
    const { stdout, stderr } = await client
    for (const text of said) {
      const result = JSON.parse(text) as RehearsalResult
      expect(result.verdict).toMatchObject({ same: true })
      expect(result.shell.map((line) => line.split(' ')[0])).toEqual(Array(ROUNDS / 2).fill('0'))
    }
    expect(stderr + stdout).not.toMatch(/failed|error|fatal/i)
    const rows = Number(/(\d+) rows/.exec(stdout)?.[1])
    expect(rows).toBeGreaterThan(ROUNDS)
    expect((await sql(lab, 'select count(distinct n) from seen')).trim()).toBe(String(rows))
    expect(await show(lab, UNIT, 'MainPID')).toBe(main)
  } finally {
    await lab.stop()
  }
})
