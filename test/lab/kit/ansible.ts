import { createHash } from 'node:crypto'
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder, withLock } from './cache.ts'
import { command } from './command.ts'
import { skipLab } from './lab-problem.ts'
import { project } from './project.ts'

const REQUIREMENTS = join(project, 'test/setup/ansible-requirements.txt')

/** Ansible in the cache, or why there is none, in one line. */
export type Ansible = { folder: string } | { problem: string }

/** Installs the pinned Ansible into the cache at the first call (half a minute), if labs can be booted. */
export async function findAnsible(): Promise<Ansible> {
  if (skipLab()) return { problem: 'it needs a lab' }
  const key = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12)
  const folder = join(cacheFolder(), `ansible-${key}`)
  return withLock('ansible', async () => (existsSync(folder) ? { folder } : install(folder)))
}

async function install(folder: string): Promise<Ansible> {
  const unfinished = `${folder}.unfinished`
  rmSync(unfinished, { recursive: true, force: true })
  const options = ['--quiet', '--require-hashes', '--no-deps', '--target', unfinished, '-r', REQUIREMENTS]
  const { exitCode, stderr } = await command(['python3', '-m', 'pip', 'install', ...options], {
    timeoutMs: 300_000,
  }).catch((error: Error) => ({ exitCode: undefined, stderr: error.message }))
  if (exitCode !== 0)
    return { problem: `Ansible can't be had here: ${stderr.trim().split('\n').at(-1) ?? 'pip failed'}` }
  renameSync(unfinished, folder)
  return { folder }
}

/** What a program of Ansible needs beside its arguments. `settings`: variables of ansible.cfg, by their environment's names. */
export function ansibleEnvironment(folder: string, settings: Record<string, string>): Record<string, string> {
  const { PATH = '/usr/bin:/bin' } = process.env
  return {
    PATH: `${join(folder, 'bin')}:${PATH}`,
    LC_ALL: 'C.UTF-8',
    PYTHONPATH: folder,
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_NOCOWS: '1',
    ...settings,
  }
}
