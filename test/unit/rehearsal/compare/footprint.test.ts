import { describe, expect, it } from 'vitest'
import {
  footprintOf,
  given,
  type Played,
  removed,
  unwritten,
} from '../../../../src/rehearsal/compare/footprint.ts'
import type { WrittenEntry, WrittenListing } from '../../../../src/rehearsal/compare/overlay-diff.ts'

/** "PATH", "PATH@WRITTEN", or "PATH@WRITTEN OWNER MODE"; -PATH is one that was deleted. */
function listing(...entries: string[]): WrittenListing {
  return new Map(
    entries.map((text): [string, WrittenEntry] => {
      const [name = '', owner = '0:0', mode = '644'] = text.split(' ')
      const [path = '', stamp = '1'] = name.replace(/^-/, '').split('@')
      const kind = name.startsWith('-') ? 'gone' : path.endsWith('/') ? 'd' : 'f'
      const changed = `${stamp} ${owner} ${mode}`
      return [path.replace(/\/$/, ''), { kind, changed, owner, mode, data: true, stamp }]
    }),
  )
}

const footprint = footprintOf([
  listing(),
  listing('/run/a.pid@1', '/var/lib/a/state@1', '/var/lib/a/once@1', '/var/lib/a/job-17@1', '/tmp/a@1'),
  listing('/run/a.pid@2', '/var/lib/a/state@2', '/var/lib/a/once@1', '/var/lib/a/job-18@2', '/tmp/a@2'),
  listing('/run/a.pid@3', '/var/lib/a/state@3', '/var/lib/a/once@1', '/var/lib/a/job-19@3', '/tmp/a@3'),
])

function played(before: WrittenListing, after: WrittenListing, more: Partial<Played> = {}): Played {
  const nothing = { volatile: new Set<string>(), managed: new Set<string>(), planned: new Set<string>() }
  return { before, stopped: undefined, after, ...nothing, ...more }
}

const texts = (strays: { text: string }[]) => strays.map(({ text }) => text)

describe('a file that each start writes', () => {
  it('is one that all parts of the life wrote: none that was written once or by chance, nothing temporary', () => {
    expect([...footprint.always].sort()).toEqual(['/run/a.pid', '/var/lib/a/state'])
  })

  it('is missed where a trial leaves it as it was, or does not make it', () => {
    const before = listing('/run/a.pid@4', '/var/lib/a/state@4')
    const all = unwritten(played(before, listing('/var/lib/a/state@4 33:33 600')), footprint)
    expect(texts(all)).toEqual([
      'it does not write /run/a.pid, which it writes unhardened',
      'it does not write /var/lib/a/state, which it writes unhardened',
    ])
  })

  it('is there where the trial wrote it, whoever owns it now', () => {
    const before = listing('/run/a.pid@4', '/var/lib/a/state@4')
    const after = listing('/run/a.pid@5 33:33', '/var/lib/a/state@5')
    expect(unwritten(played(before, after), footprint)).toEqual([])
  })
})

describe('what is another’s', () => {
  const volatile = new Set(['/run/pair', '/run/pair/other'])
  const before = listing('/run/pair/@1', '/run/pair/other@1', '/run/a.pid@1')

  it('is missed when it is gone, also for a while', () => {
    const gone = played(before, before, { volatile, stopped: listing('/run/pair/@1') })
    expect(texts(removed(gone, footprint))).toEqual([
      'it removes /run/pair/other, which it leaves alone unhardened',
    ])
  })

  it('may go with its own files, and with the folder that systemd makes for the unit', () => {
    const managed = new Set(['/run/pair'])
    const after = listing('/run/pair/other@1')
    expect(removed(played(before, after, { volatile, managed }), footprint)).toEqual([])
  })

  it('is missed below /var where the trial deleted it', () => {
    const all = removed(played(listing('-/var/lib/old'), listing('-/var/lib/old', '-/var/lib/b')), footprint)
    expect(all.map(({ path }) => path)).toEqual(['/var/lib/b'])
  })

  it('may not get another owner or mode, unless the change says so', () => {
    const after = listing('/var/lib/b@1 33:33', '/var/lib/c@1 33:33', '/var/lib/a/once@1 33:33', '/etc/@1')
    const live = () => ({ owner: '0:0', mode: '644' })
    const all = given(played(listing(), after, { planned: new Set(['/var/lib/c']) }), footprint, live)
    expect(texts(all)).toEqual([
      '/var/lib/b gets owner 33:33 and mode 644, which it leaves at 0:0 and 644 unhardened',
    ])
  })

  it('is not the copy of the accounts that making one leaves behind', () => {
    const after = listing('/etc/gshadow-@2 0:42 640', '/etc/gshadow@2 0:42 640')
    const all = given(played(listing(), after), footprint, () => ({ owner: '0:0', mode: '0' }))
    expect(all.map(({ path }) => path)).toEqual(['/etc/gshadow'])
  })

  it('is not what the trial made anew', () => {
    expect(given(played(listing(), listing('/var/lib/d@1 33:33')), footprint, () => undefined)).toEqual([])
  })
})
