import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bootScript } from '../../../../src/rehearsal/boot/boot-script.ts'
import { cloneUnit } from '../../../../src/rehearsal/boot/clone-unit.ts'
import { temporaryFolder } from '../../host/temporary.ts'

/**
 * Runs the part of the script that makes and mounts the image, with programs for mkfs.ext4 and mount that only write
 * down how the image looks to others at that moment: loop devices are not needed for that.
 */
function makeImage(prepare: (image: string) => void = () => undefined) {
  const base = temporaryFolder()
  const [image, seen, programs] = [join(base, 'state/x.img'), join(base, 'seen'), join(base, 'bin')]
  mkdirSync(programs)
  for (const name of ['mkfs.ext4', 'mount', 'truncate']) {
    const own = name === 'truncate' ? `PATH=/usr/bin:/bin truncate "$@"\n` : ''
    const text = `#!/bin/sh\n${own}stat -c "${name} %A" ${image} >>${seen}\nstat -c "folder %A" ${base}/state >>${seen}\n`
    writeFileSync(join(programs, name), text, { mode: 0o755 })
  }
  prepare(image)
  const script = bootScript({
    folder: join(base, 'run'),
    cgroups: '/sys/fs/cgroup',
    upper: { place: 'disk', image },
    upperKiB: 64,
    layers: [],
    procOptions: [],
    runFiles: [],
    links: [],
    systemd: '/bin/false',
    securityfs: false,
  })
  const alone = script.replace(/^PATH=.*$/m, `PATH=${programs}:/usr/bin:/bin`).replace(/"\$@"\n$/, 'upper\n')
  const { status } = spawnSync('/bin/sh', { input: alone, encoding: 'utf8' })
  const lines = existsSync(seen) ? readFileSync(seen, 'utf8').trim().split('\n') : []
  return { status, lines: [...new Set(lines)], left: existsSync(image) }
}

describe('the image of a clone on disk', () => {
  it('is nobody else’s to read or to reach, from its making to its mounting', () => {
    expect(makeImage()).toEqual({
      status: 0,
      left: false,
      lines: ['truncate -rw-------', 'folder drwx------', 'mkfs.ext4 -rw-------', 'mount -rw-------'],
    })
  })

  it('is never a file that was there before', () => {
    const planted = makeImage((image) => {
      mkdirSync(join(image, '..'))
      writeFileSync(image, 'somebody else’s')
      chmodSync(image, 0o666)
    })
    expect(planted.status).not.toBe(0)
    expect(planted.lines).toEqual([])
  })

  it('lies where only root can look', () => {
    expect(cloneUnit('x').image).toMatch(/^\/var\/lib\/hardenctl\//)
  })
})
