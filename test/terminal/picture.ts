// npm run picture: the wizard at its third stage on a real apache2, as the README shows it.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bootLab } from '../lab/kit/lab.ts'
import { project } from '../lab/kit/project.ts'
import type { Terminal } from './driver.ts'

async function answer(terminal: Terminal, question: string): Promise<void> {
  await terminal.waitFor(question, 30_000)
  await terminal.press('enter')
  await terminal.waitUntilGone(question, 30_000)
}

const lab = await bootLab({ services: ['apache2'] })
try {
  const terminal = lab.spawnPty(['hardenctl', 'apache2'], { columns: 80, rows: 24 })
  await answer(terminal, 'Enter measure')
  for (const _ of ['capabilities', 'user']) {
    for (const question of ['Enter review', 'Enter do it', 'Enter answer']) await answer(terminal, question)
  }
  await terminal.waitFor('Enter review', 30_000)
  await terminal.press('down', 'down')
  await terminal.waitFor('UMask=0027 ──', 5000)
  writeFileSync(join(project, 'test/terminal/wizard.svg'), terminal.svg('sudo hardenctl apache2'))
  await terminal.press('ctrl-c')
  await terminal.ended(20_000)
} finally {
  await lab.stop()
}
