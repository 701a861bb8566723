import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { project } from './project.ts'

const PROGRAMS = ['mmdebstrap', 'systemd-nspawn', 'unshare', 'nsenter', 'flock']

let known: { problem: string | undefined } | undefined

/**
 * Why no lab can be booted on this machine, in one line; undefined when it can. Tests that need a lab are
 * skipped with this as the reason, except in CI, where a missing lab is a failure.
 */
export function labProblem(): string | undefined {
  known ??= { problem: process.env.HARDENCTL_LAB_PROBLEM || findProblem() }
  return known.problem
}

/** True when tests that need a lab are to be skipped. */
export function skipLab(): boolean {
  return labProblem() !== undefined && process.env.HARDENCTL_CI !== '1'
}

/** The title of tests that need a lab; where there is none it says why they are skipped. */
export function labTitle(title: string): string {
  const problem = labProblem()
  return problem === undefined ? title : `${title} (${problem})`
}

function findProblem(): string | undefined {
  if (process.platform !== 'linux') return `a lab needs Linux, this is ${process.platform}`
  if (process.getuid?.() !== 0) return 'a lab needs root'
  const path = (process.env.PATH ?? '').split(':')
  const missing = PROGRAMS.filter((program) => !path.some((folder) => existsSync(join(folder, program))))
  if (missing.length > 0) return `a lab needs ${missing.join(', ')}`
  return mountProblem()
}

/** Asks for the very mounts and cgroup that a lab has: whether a container allows them can't be read anywhere. */
function mountProblem(): string | undefined {
  const name = `hardenctl-lab-${randomBytes(4).toString('hex')}`
  const lower = mkdtempSync(join(tmpdir(), 'hardenctl-lower-'))
  const script = join(project, 'test/lab/kit/hold.sh')
  const hold = ['sh', script, join(tmpdir(), name), name, lower, '16m', 'overlay', '', 'unified']
  const tried = spawnSync('unshare', ['--mount', '--propagation', 'private', ...hold], {
    input: '',
    encoding: 'utf8',
    timeout: 10_000,
  })
  rmdirSync(lower)
  if (tried.stdout?.includes('ready')) return undefined
  return `a lab's mounts are not allowed here: ${tried.stderr?.trim().split('\n')[0] ?? 'unshare failed'}`
}
