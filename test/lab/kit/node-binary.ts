import { join } from 'node:path'
import { command } from './command.ts'
import { project } from './project.ts'

/**
 * A Node binary that runs hardenctl in any root. The one that runs this, when it is new enough and self-contained;
 * Debian's own is linked against libnode.so, so then the pinned one.
 */
export async function nodeBinary(): Promise<string> {
  const isNewEnough = Number(process.versions.node.split('.')[0]) >= 24
  if (isNewEnough && !(await command(['ldd', process.execPath])).stdout.includes('libnode')) {
    return process.execPath
  }
  const pinned = await command([process.execPath, join(project, 'bin/pinned-node.js')], {
    timeoutMs: 300_000,
  })
  if (pinned.exitCode !== 0) throw new Error(pinned.stderr)
  return pinned.stdout.trim()
}
