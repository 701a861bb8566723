import type { Terminal } from '../../terminal/driver.ts'
import type { CommandResult } from './command.ts'
import type { Lab } from './lab.ts'

export const KEEP_SECONDS = 10
/** The wizard on nginx, as far as the first list. */
export async function openWizard(lab: Lab, ...options: string[]): Promise<Terminal> {
  const argv = ['hardenctl', 'nginx', '--no-rehearsal', '--keep-seconds', String(KEEP_SECONDS), ...options]
  const wizard = lab.spawnPty(argv, { columns: 80, rows: 24 })
  await wizard.waitFor('Enter measure', 30_000)
  return wizard
}

/** Applies the stage on the screen, up to the question whether it is kept. */
export async function untilKeep(wizard: Terminal): Promise<void> {
  await wizard.waitFor('Enter review', 60_000)
  await wizard.press('enter')
  await wizard.waitFor('Enter do it', 20_000)
  await wizard.press('enter')
  await wizard.waitFor('Enter answer', 40_000)
}

/** What a second login types. */
export function say(lab: Lab, word: 'confirm' | 'extend' | 'rollback'): Promise<CommandResult> {
  return lab.run(['hardenctl', word, 'nginx'], { timeoutMs: 60_000 })
}

/** Seconds until PID 1 undoes the trial by itself. */
export async function secondsUntilUndo(lab: Lab): Promise<number> {
  const show = ['systemctl', 'show', '--value', '--property=NextElapseUSecMonotonic']
  const at = await lab.output([...show, 'hardenctl-deadman-nginx.timer'])
  const [up = ''] = (await lab.output(['cat', '/proc/uptime'])).split(' ')
  return secondsOf(at) - Number(up)
}

/** Of "1min 2.5s", as systemd prints a time since boot. */
function secondsOf(text: string): number {
  const units: Record<string, number> = { d: 86_400, h: 3600, min: 60, s: 1, ms: 0.001, us: 0.000001 }
  const parts = [...text.matchAll(/([\d.]+)(d|h|min|s|ms|us)\b/g)]
  return parts.reduce((sum, [, number, unit = '']) => sum + Number(number) * (units[unit] ?? 0), 0)
}
