// Goes on under the Node that hardenctl is built and tested with, where the running one is older: a distribution's own
// will do to start with. Runs on Node 18 with nothing installed, so it imports nothing but Node's own modules.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const MIN_MAJOR = 24

/** A package of its own, with a lock file: npm holds the archive to the checksum that stands there. */
const pin = fileURLToPath(new URL('pinned-node/', import.meta.url))

/** Runs this program again under the pinned Node when the running one is older, and ends with its exit code. */
export async function underPinnedNode() {
  if (isNewEnough()) return
  const node = pinnedNode()
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: 'inherit',
    // Programs that are started by "env node" are to find the same one.
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` },
  })
  // The terminal sends Ctrl-C to both, and the child decides what it means. The others are sent to this one only.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  const status = await new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`${node} could not be started: ${error.message}`)
      resolve(1)
    })
    child.once('exit', (code) => resolve(code ?? 1))
  })
  process.exit(status)
}

function isNewEnough() {
  return Number(process.versions.node.split('.')[0]) >= MIN_MAJOR
}

/** The environment of whoever started this program: Debian's npm runs on no other Node than Debian's. */
export function outerEnvironment() {
  const own = dirname(process.execPath)
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== own)
  return { ...process.env, PATH: path.join(delimiter) }
}

/**
 * Path of the pinned Node for a kind of processor, as Node names it. Fetched once into the user's cache, where neither
 * npm ci nor a new clone loses it.
 */
export function pinnedNode(arch = process.arch) {
  const name = `node-linux-${arch}`
  const { optionalDependencies } = JSON.parse(readFileSync(join(pin, 'package.json'), 'utf8'))
  const version = optionalDependencies[name]
  if (process.platform !== 'linux' || version === undefined) {
    fail(`this is ${process.version}, and none is pinned for ${process.platform} on ${arch}`)
  }
  const folder = join(cacheFolder(), `node-${version}-${arch}`)
  const binary = join(folder, 'node_modules', name, 'bin/node')
  if (!existsSync(binary)) fetchInto(folder, name, version)
  if (!existsSync(binary)) fail(`npm brought none into ${folder}`)
  const { uid } = statSync(binary)
  if (uid !== 0 && uid !== process.getuid()) fail(`${binary} belongs to another user (${uid})`)
  return binary
}

function fail(why) {
  console.error(`Node ${MIN_MAJOR} or newer is needed: ${why}.`)
  process.exit(1)
}

/** Where the labs of the tests are kept too. */
function cacheFolder() {
  const { HARDENCTL_LAB_CACHE, XDG_CACHE_HOME } = process.env
  if (HARDENCTL_LAB_CACHE) return HARDENCTL_LAB_CACHE
  const shared = process.getuid() === 0 ? '/var/cache' : join(homedir(), '.cache')
  return join(XDG_CACHE_HOME || shared, 'hardenctl-lab')
}

/** Appears under its name only when it is whole; two at the same time don't meet. */
function fetchInto(folder, name, version) {
  // Standard output may be read by a program, see the end of this file.
  console.error(`Fetching ${name} ${version} …`)
  mkdirSync(dirname(folder), { recursive: true })
  const fresh = mkdtempSync(`${folder}-`)
  let problem = ''
  try {
    if (name === `node-linux-${process.arch}`) fetchOwn(fresh)
    else fetchForeign(fresh, name, version)
    chmodSync(fresh, 0o755)
    renameSync(fresh, folder)
  } catch (error) {
    problem = error.message
  }
  rmSync(fresh, { recursive: true, force: true })
  if (!existsSync(folder)) fail(problem)
}

function npm(cwd, argv) {
  const options = { cwd, stdio: ['ignore', 2, 2], env: outerEnvironment() }
  const child = spawnSync('npm', [...argv, '--loglevel=error'], options)
  if (child.error) throw new Error(`npm could not be started: ${child.error.message}`)
  if (child.status !== 0) throw new Error(`npm ${argv[0]} ended with ${child.status}`)
}

function fetchOwn(folder) {
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(pin, file), join(folder, file))
  npm(folder, ['ci', '--include=optional', '--no-fund', '--no-audit'])
}

/** npm installs nothing for another processor, so the archive is held to the lock file's checksum here. */
function fetchForeign(folder, name, version) {
  const { packages } = JSON.parse(readFileSync(join(pin, 'package-lock.json'), 'utf8'))
  const [algorithm, wanted] = packages[`node_modules/${name}`].integrity.split(/-(.*)/s)
  npm(folder, ['pack', `${name}@${version}`])
  const archive = join(folder, `${name}-${version}.tgz`)
  const sum = createHash(algorithm).update(readFileSync(archive)).digest('base64')
  if (sum !== wanted) throw new Error(`the checksum of ${name} is not that of package-lock.json`)
  const target = join(folder, 'node_modules', name)
  mkdirSync(target, { recursive: true })
  const unpacked = spawnSync('tar', ['-xzf', archive, '-C', target, '--strip-components=1'], {
    stdio: 'inherit',
  })
  if (unpacked.status !== 0) throw new Error(`${archive} could not be unpacked`)
  rmSync(archive)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(pinnedNode())
