// npm run picture: screens on real services at 80×24, as the README shows them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bootLab, type Lab } from '../lab/kit/lab.ts'
import { project } from '../lab/kit/project.ts'
import type { Terminal } from './driver.ts'

const FOLDER = join(project, '.github/pictures')
const SIZE = { columns: 80, rows: 24 }

async function answer(terminal: Terminal, question: string): Promise<void> {
  await terminal.waitFor(question, 60_000)
  await terminal.press('enter')
  await terminal.waitUntilGone(question, 60_000)
}

function save(terminal: Terminal, name: string, title: string): void {
  writeFileSync(join(FOLDER, `${name}.svg`), terminal.svg(title))
}

async function leave(terminal: Terminal): Promise<void> {
  terminal.kill('SIGINT')
  await terminal.ended(60_000)
}

async function overview(lab: Lab): Promise<void> {
  const terminal = lab.spawnPty(['hardenctl'], SIZE)
  await terminal.waitFor('A walk might come to', 60_000)
  await terminal.waitUntilGone('looking', 60_000)
  save(terminal, 'overview', 'sudo hardenctl')
  await terminal.type('q')
  await terminal.ended(20_000)
}

/** The list of a stage while clones prove it, and the question after its trial. */
async function walk(lab: Lab): Promise<void> {
  const terminal = lab.spawnPty(['hardenctl', 'nginx', '--stages', 'filesystem'], SIZE)
  await answer(terminal, 'Enter measure')
  await terminal.waitFor(/(?:being|waiting to be) proven/, 90_000)
  await terminal.waitFor('Enter review', 2000)
  save(terminal, 'proving', 'sudo hardenctl nginx')
  for (const question of ['Enter review', 'Enter do it']) await answer(terminal, question)
  await terminal.waitFor('Enter answer', 90_000)
  save(terminal, 'keep', 'sudo hardenctl nginx')
  await leave(terminal)
}

/** A port below 1024 needs a capability that this value does not leave. */
async function broken(lab: Lab): Promise<void> {
  const asked = ['--no-rehearsal', '--stages', 'capabilities', '--set', 'CapabilityBoundingSet=CAP_KILL']
  const terminal = lab.spawnPty(['hardenctl', 'nginx', ...asked], SIZE)
  for (const question of ['Enter measure', 'Enter review', 'Enter do it']) await answer(terminal, question)
  await terminal.waitFor('Relax the ticked rows', 90_000)
  save(terminal, 'broken', 'sudo hardenctl nginx')
  await leave(terminal)
}

mkdirSync(FOLDER, { recursive: true })
const lab = await bootLab({ services: ['nginx', 'redis-server', 'postgresql'] })
try {
  await overview(lab)
  await walk(lab)
  await broken(lab)
} finally {
  await lab.stop()
}
