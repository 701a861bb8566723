// npm run check: the script "checks" of package.json, under the pinned Node.
import { underPinnedNode } from '../../bin/pinned-node.js'
import { installModules, runScript } from './bootstrap.js'

await underPinnedNode()
installModules()
process.exitCode = runScript('checks')
