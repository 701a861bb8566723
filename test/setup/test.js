// npm test: from a clean clone to the last test. What follows `--` goes to vitest, for example a folder.
// npm run test:all gives --all first: the repeats (*.all.test.ts) run too.
import { underPinnedNode } from '../../bin/pinned-node.js'
import { build, installModules, installPrograms, must, run, runScript } from './bootstrap.js'

await underPinnedNode()
installModules()
installPrograms()
build()
must(runScript('checks'))

// CI itself is overridden for what draws, see vitest.config.ts. What it means to us goes by another name: in CI a lab
// that can't be booted is a failure, not a reason to skip.
const inCi = process.env.CI !== undefined && !['', '0', 'false'].includes(process.env.CI)
const [first, ...others] = process.argv.slice(2)
const all = first === '--all'
const more = all ? others : process.argv.slice(2)
const vitest = ['node_modules/.bin/vitest', 'run', '--config', 'test/vitest.config.ts', ...more]
const env = { ...(inCi && { HARDENCTL_CI: '1' }), ...(all && { HARDENCTL_TESTS: 'all' }) }
process.exitCode = run(process.execPath, vitest, env)
