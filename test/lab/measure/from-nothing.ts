// npm run from-nothing: a Debian without Node; the two commands of the README; seconds, megabytes, and how long the
// installed package needs to its first frame beside what its own Node needs to do nothing. Needs npm run package first.
import { existsSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import manifest from '../../../package.json' with { type: 'json' }
import { measureStart } from '../../terminal/start-time.ts'
import { bootLab } from '../kit/lab.ts'
import { project } from '../kit/project.ts'

const UNIT = 'apache2'
const NODE = '/usr/lib/hardenctl/node'
const architecture = process.arch === 'x64' ? 'amd64' : process.arch

const deb = join(project, 'dist/packages', `hardenctl_${manifest.version}-1_${architecture}.deb`)
if (!existsSync(deb)) throw new Error(`${deb} is missing: npm run package makes it`)
console.log(`${basename(deb)}: ${(statSync(deb).size / 1e6).toFixed(1)} MB`)
for (const suite of ['bookworm', 'trixie']) {
  const lab = await bootLab({ suite, services: [UNIT], isBare: true })
  try {
    lab.copyIn(deb, '/srv')
    const started = performance.now()
    await lab.output(['apt-get', '--yes', 'install', `/srv/${basename(deb)}`], { timeoutMs: 300_000 })
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    const [size] = (await lab.output(['du', '-sm', '/usr/lib/hardenctl'])).split('\t')
    console.log(`${suite}: installed in ${seconds} s, ${size} MB on the disk`)
    await measureStart(lab, UNIT, NODE)
  } finally {
    await lab.stop()
  }
}
