// npm run package: makes all packages into dist/packages/. See bin/package/main.ts.
import { underPinnedNode } from './pinned-node.js'

await underPinnedNode()
// Not at the top: only this Node reads TypeScript.
await import('./package/main.ts')
