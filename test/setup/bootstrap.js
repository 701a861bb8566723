// Makes a clean clone ready, with nothing but Node and npm there: so no imports besides Node's own.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const project = fileURLToPath(new URL('../..', import.meta.url))

/** Debian's names of what the tests need, by a program that each of them brings. */
const PACKAGES = {
  'systemd-nspawn': 'systemd-container',
  mmdebstrap: 'mmdebstrap',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  flock: 'util-linux',
  shellcheck: 'shellcheck',
  zsh: 'zsh',
  fish: 'fish',
  'x86_64-linux-gnu-strip': 'binutils-x86-64-linux-gnu',
  'aarch64-linux-gnu-strip': 'binutils-aarch64-linux-gnu',
  xz: 'xz-utils',
  pip3: 'python3-pip',
  ssh: 'openssh-client',
}

/** Runs a program on this terminal; returns its exit status. */
export function run(program, argv, env = {}) {
  const child = spawnSync(program, argv, { cwd: project, stdio: 'inherit', env: { ...process.env, ...env } })
  if (child.error) console.error(`${program} could not be started: ${child.error.message}`)
  return child.status ?? 1
}

/** Ends this process when a step failed, because what follows would only fail less clearly. */
export function must(status) {
  if (status !== 0) process.exit(status)
}

/** Installs the packages of the lock file, when they are missing or older than it. */
export function installModules() {
  const marker = join(project, 'node_modules/.package-lock.json')
  const lock = join(project, 'package-lock.json')
  if (existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return
  console.log('Installing what package-lock.json names …')
  must(run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error']))
}

export function build() {
  must(run(process.execPath, ['bin/build.js']))
}

/** Runs a script of package.json as npm does, but under this very Node: Debian's npm runs on no other than Debian's. */
export function runScript(name) {
  const { scripts } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'))
  const path = `${join(project, 'node_modules/.bin')}:${process.env.PATH ?? ''}`
  return run('/bin/sh', ['-c', scripts[name]], { PATH: path })
}

/** Installs what a lab needs besides Node, where that is possible; what then is still missing is told by the tests. */
export function installPrograms() {
  const path = (process.env.PATH ?? '').split(':')
  const missing = Object.keys(PACKAGES).filter(
    (program) => !path.some((folder) => existsSync(join(folder, program))),
  )
  if (missing.length === 0) return
  const wanted = [...new Set(missing.map((program) => PACKAGES[program])), 'debian-archive-keyring']
  if (process.getuid?.() !== 0 || !hasApt()) {
    console.log(`For the tests in a real systemd, install ${wanted.join(', ')} and run this as root.`)
    return
  }
  console.log(`Installing ${wanted.join(', ')} …`)
  const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '--yes', '-qq', '--no-install-recommends', ...wanted]
  if (run('apt-get', ['update', '-qq'], quiet) !== 0 || run('apt-get', install, quiet) !== 0) {
    console.log(`apt-get could not install ${wanted.join(', ')}.`)
  }
}

/** Debian, Ubuntu and what is made of them. */
function hasApt() {
  if (!existsSync('/etc/os-release') || !existsSync('/usr/bin/apt-get')) return false
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'))
}
