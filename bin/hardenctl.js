#!/usr/bin/env node
// Kept in plain old syntax: it has to run on a Node that is too old, to say so.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(`hardenctl needs Node 24 or newer; this is ${process.version}.`)
  process.exit(1)
}

import('../dist/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('dist/main.js')) throw error
  console.error('hardenctl is not built yet. Run: npm ci && npm run build')
  process.exit(1)
})
