import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliverCollection } from '../../../src/cli/commands/output-folder.ts'
import { liveHost } from '../../../src/host/live-host.ts'
import { ansibleCollection } from '../../../src/session/export/ansible/collection.ts'
import { planOf } from '../../../src/session/plan/make-plan.ts'
import { planned } from '../session/plan/planned.ts'

const FILES = ansibleCollection(planOf(planned()))

describe('the folder of a collection', () => {
  let parent: string
  let path: string
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'hardenctl-collection-'))
    path = join(parent, 'web')
  })
  afterEach(() => rmSync(parent, { recursive: true }))

  const printer = { out: () => undefined, err: () => undefined }
  const deliver = (mode = 0o600) => deliverCollection(liveHost(), { path, mode }, FILES, printer)

  it('is made, for its owner alone, and written again over an earlier export', async () => {
    await deliver()
    writeFileSync(join(path, 'roles/harden/tasks/main.yml'), 'changed')
    await deliver()
    const found = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(path, name)).isFile(),
    )
    expect(found.toSorted()).toEqual(Object.keys(FILES).toSorted())
    for (const name of found) expect(readFileSync(join(path, name), 'utf8')).toBe(FILES[name])
    expect(statSync(join(path, 'roles/harden')).mode & 0o777).toBe(0o700)
    expect(statSync(join(path, 'galaxy.yml')).mode & 0o777).toBe(0o600)
  })

  it('is readable for others if that is asked for', async () => {
    await deliver(0o644)
    expect(statSync(path).mode & 0o777).toBe(0o755)
    expect(statSync(join(path, 'galaxy.yml')).mode & 0o777).toBe(0o644)
  })

  const REFUSED: [string, RegExp, () => void][] = [
    [
      'one with files of others',
      /is not empty, and holds no earlier export/,
      () => writeFileSync(join(path, 'x'), ''),
    ],
    ['one that others may write to', /can be written by others than root/, () => chmodSync(path, 0o777)],
    [
      'a link',
      /is no folder/,
      () => {
        rmSync(path, { recursive: true })
        mkdirSync(join(parent, 'elsewhere'))
        symlinkSync(join(parent, 'elsewhere'), path)
      },
    ],
    [
      'a file',
      /is no folder/,
      () => {
        rmSync(path, { recursive: true })
        writeFileSync(path, '')
      },
    ],
    [
      'one in a folder that is not there',
      /could not be made/,
      () => {
        path = join(parent, 'no/such')
      },
    ],
  ]
  it.each(REFUSED)('is refused if it is %s', async (_, reason, prepare) => {
    mkdirSync(path)
    prepare()
    const before = readdirSync(parent, { recursive: true })
    await expect(deliver()).rejects.toThrow(reason)
    expect(readdirSync(parent, { recursive: true })).toEqual(before)
  })
})
