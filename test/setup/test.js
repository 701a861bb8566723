// npm test: from a clean clone to the last test. What follows `--` goes to vitest, for example a folder.
import { build, checkNode, installModules, installPrograms, must, run } from './bootstrap.js'

checkNode()
installModules()
installPrograms()
build()
must(run('npm', ['run', '--silent', 'check']))

// CI itself is overridden for Ink, which hides all but the last frame when it is set. What it means to us goes by
// another name: in CI a lab that can't be booted is a failure, not a reason to skip.
const inCi = process.env.CI !== undefined && !['', '0', 'false'].includes(process.env.CI)
const vitest = ['run', '--config', 'test/vitest.config.ts', ...process.argv.slice(2)]
process.exitCode = run('node_modules/.bin/vitest', vitest, inCi ? { HARDENCTL_CI: '1' } : {})
