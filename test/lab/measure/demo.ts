import { parseArgs } from 'node:util'
import { spawn } from '@lydell/node-pty'
import { bootLab, type Lab, type LabWish } from '../kit/lab.ts'
import { labProblem } from '../kit/lab-problem.ts'
import { rootFileSystem, rootIsCached } from '../kit/roots.ts'
import { httpd } from '../kit/services/httpd.ts'

const USAGE =
  'npm run demo -- [SERVICE] [--package DEBIAN-PACKAGE …] [--suite bookworm] [-- ARGUMENTS OF hardenctl]'
/** Services of the root that tests use too, and the guide's own one. Others come with the package of their name. */
const AT_HAND: readonly string[] = ['apache2', 'nginx', 'redis-server', 'httpd']

interface Demo {
  service: string
  suite: string
  /** Debian packages to install; undefined for a service that is at hand. */
  packages?: string[]
  /** Arguments for hardenctl besides the service. */
  rest: string[]
}

function wanted(argv: readonly string[]): Demo {
  const { values, positionals, tokens } = parseArgs({
    args: [...argv],
    options: { suite: { type: 'string', default: 'bookworm' }, package: { type: 'string', multiple: true } },
    allowPositionals: true,
    tokens: true,
  })
  const end = tokens.find((token) => token.kind === 'option-terminator')
  const rest = end === undefined ? [] : argv.slice(end.index + 1)
  const own = positionals.slice(0, positionals.length - rest.length)
  if (own.length > 1) throw new Error(`one service at a time, not ${own.join(' and ')}`)
  const service = own[0]?.replace(/\.service$/, '') ?? 'apache2'
  const packages = values.package ?? (AT_HAND.includes(service) ? undefined : [service])
  for (const name of packages ?? [])
    if (!/^[a-z0-9][a-z0-9+.-]+$/.test(name)) throw new Error(`${name} is no name of a Debian package`)
  return { service, suite: values.suite, rest, ...(packages ? { packages } : {}) }
}

function wishFor(demo: Demo): LabWish {
  const wish = demo.service === 'httpd' ? httpd : { services: [demo.service] }
  return { ...wish, suite: demo.suite, ...(demo.packages ? { packages: demo.packages } : {}) }
}

async function openLab(demo: Demo): Promise<Lab> {
  if (!rootIsCached(demo)) {
    console.log(`Building a small Debian ${demo.suite} for this, about half a minute the first time …`)
    await rootFileSystem(demo)
  }
  return bootLab(wishFor(demo))
}

/** Joins this terminal with one in the lab: keys, output and size. Ctrl-C is a key like any other. */
function join(lab: Lab, argv: readonly string[]): Promise<number> {
  const { stdin, stdout } = process
  const [program = '', ...rest] = lab.command(argv)
  const env = lab.environment({ TERM: process.env.TERM ?? 'xterm-256color', ...colourWishes() })
  const pty = spawn(program, rest, { cols: stdout.columns ?? 80, rows: stdout.rows ?? 24, env })
  pty.onData((data) => stdout.write(data))
  stdout.on('resize', () => pty.resize(stdout.columns, stdout.rows))
  if (stdin.isTTY) stdin.setRawMode(true)
  stdin.on('data', (data) => pty.write(data.toString()))
  // This terminal goes away or somebody ends us: the wizard is told in the way that it would be without a lab.
  for (const signal of ['SIGHUP', 'SIGTERM', 'SIGINT'] as const) process.on(signal, () => pty.kill('SIGHUP'))
  return new Promise((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      if (stdin.isTTY) stdin.setRawMode(false)
      stdin.pause()
      resolve(signal ? 128 + signal : exitCode)
    })
  })
}

function colourWishes(): Record<string, string> {
  const names = ['NO_COLOR', 'COLORTERM', 'HARDENCTL_ASCII', 'INK_SCREEN_READER']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

/** Ends with one line for what can't be read. */
function read(argv: readonly string[]): Demo {
  try {
    return wanted(argv)
  } catch (error) {
    console.error(`${(error as Error).message.split('. ')[0]}; usage: ${USAGE}`)
    process.exit(2)
  }
}

const demo = read(process.argv.slice(2))
const problem = labProblem()
if (problem !== undefined) {
  console.error(`The demo can't be opened here: ${problem}.`)
  process.exit(1)
}
const lab = await openLab(demo).catch((error: Error) => {
  // What apt says of a name that it does not know comes before what follows from it.
  const lines = error.message.trim().split('\n')
  const said = lines.find((line) => line.startsWith('E: ')) ?? lines[0]
  console.error(`No lab with ${demo.service} could be made: ${said}`)
  process.exit(1)
})
console.log(
  `A Debian ${demo.suite} of its own with ${demo.service} is running.\nNothing on this machine is touched.`,
)
const exitCode = await join(lab, ['hardenctl', ...demo.rest, demo.service])
await lab.stop()
process.exit(exitCode)
