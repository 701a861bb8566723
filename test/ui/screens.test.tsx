import { cleanup } from 'ink-testing-library'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Row } from '../../src/session/walk/rows.ts'
import { FakeSession } from './fake-session.ts'
import { baseline, confirm, done, failed, keep, stage, trial } from './phases.ts'
import { DOWN, ENTER, ESC, stand, UP } from './stand.tsx'

afterEach(cleanup)

describe('every screen', () => {
  it('names service, stage and exposure', async () => {
    const { frame } = await stand(new FakeSession(stage()))
    expect(frame()).toContain('hardenctl · apache2.service · stage 3 of 5: Filesystem')
    expect(frame()).toContain('exposure 9.2 UNSAFE → 7.1 MEDIUM with the ticks')
  })

  it('draws nothing that a terminal would obey', async () => {
    const nasty = 'ok\x1b[2J\x1b]0;owned\x07\x1b[31mred\u202e\x9b5mtail\rover\nnext'
    const shown = await stand(
      new FakeSession(failed({ reason: nasty, journal: [nasty] }), { unit: `a\x1b[8m.service` }),
    )
    expect(shown.frame().replace(/\n/g, '')).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/)
    expect(shown.frame()).toContain('okredtail over next')
    expect(shown.frame()).toContain('a.service')
  })

  it('has help, and comes back to where it was', async () => {
    const session = new FakeSession(stage())
    const shown = await stand(session)
    await shown.press(DOWN, '?')
    expect(shown.frame()).toContain('Each row is a systemd setting')
    await shown.press(ENTER)
    expect(shown.frame()).toContain('▸ [x] ReadWritePaths')
    expect(session.intents).toEqual([])
  })
})

describe('baseline', () => {
  it('shows what was answered and what was not', async () => {
    const { frame } = await stand(
      new FakeSession({ ...baseline, problem: 'One check gave different answers.' }),
    )
    expect(frame()).toContain('[x] GET http://127.0.0.1:80/  200 ×3')
    expect(frame()).toContain('[ ] connect to 127.0.0.1:443  not measured yet')
    expect(frame()).toContain('One check gave different answers.')
  })

  it('ticks, adds a typed check and measures', async () => {
    const session = new FakeSession(baseline)
    const shown = await stand(session)
    await shown.press(DOWN, ' ', 'a', 'tcp:localhost:2', '5x', '\x7f', ENTER, ENTER)
    expect(session.intents).toEqual([
      { do: 'toggle-check', id: 'tcp' },
      { do: 'add-check', text: 'tcp:localhost:25' },
      { do: 'measure' },
    ])
  })

  it('takes typed letters that are wide or carry a mark, and takes them back whole', async () => {
    const session = new FakeSession(baseline)
    const shown = await stand(session)
    await shown.press('a', '日本a\u0301')
    expect(shown.frame()).toContain('New check: 日本a\u0301')
    await shown.press('\x7f')
    expect(shown.frame()).toContain('New check: 日本█')
  })

  it('leaves the text field with Escape', async () => {
    const session = new FakeSession(baseline)
    const shown = await stand(session)
    await shown.press('a', 'q?')
    expect(shown.frame()).toContain('New check: q?')
    await shown.press(ESC)
    expect(shown.frame()).not.toContain('New check')
    expect(session.intents).toEqual([])
  })
})

describe('stage', () => {
  it('says of every row what it wins and how its proof stands', async () => {
    const { frame } = await stand(new FakeSession(stage()))
    expect(frame()).toMatch(/\[x\] ProtectSystem=strict +−0\.2 {2}✔ proven/)
    expect(frame()).toMatch(/\[x\] ReadWritePaths=\S+.* 0\.0 +… being proven/)
    expect(frame()).toMatch(/\[x\] PrivateDevices=yes +−0\.3 {2}✖ BREAKS: exit status/)
    expect(frame()).toMatch(/\[ \] ProcSubset=pid +−0\.1 {2}caution/)
    expect(frame()).toMatch(/^ {6}PrivateTmp=yes +in force$/m)
    expect(frame()).toContain('What it does  Makes the whole file system read-only')
  })

  it('ticks the right row when keys come bunched', async () => {
    const session = new FakeSession(stage())
    const shown = await stand(session)
    await shown.press(`${DOWN}${DOWN} ${DOWN} `)
    await vi.waitFor(() =>
      expect(session.intents).toEqual([
        { do: 'toggle', id: 'row-ProtectHome' },
        { do: 'toggle', id: 'row-PrivateDevices' },
      ]),
    )
    await shown.press(`${UP}jj  `)
    await vi.waitFor(() =>
      expect(session.intents.slice(2)).toEqual([
        { do: 'toggle', id: 'row-ProcSubset' },
        { do: 'toggle', id: 'row-ProcSubset' },
      ]),
    )
  })

  it('does not tick what is not offered', async () => {
    const session = new FakeSession(stage())
    const shown = await stand(session)
    await shown.press('\x1b[F', ' ')
    expect(shown.frame()).toContain('▸     NoExecPaths')
    expect(shown.frame()).toContain('CGI scripts below /usr/lib/cgi-bin')
    expect(session.intents).toEqual([])
  })

  it('keeps the cursor when the rows change under it', async () => {
    const shown = await stand(new FakeSession(stage()))
    await shown.press(DOWN)
    await shown.show({ phase: stage({ predicted: 60 }) })
    expect(shown.frame()).toContain('▸ [x] ReadWritePaths')
    expect(shown.frame()).toContain('→ 6.0 MEDIUM')
  })

  it('offers the other way of a row, with what it comes to', async () => {
    const other = 'exactly the 74 calls seen, exposure 1.4'
    const rows = stage().rows.map((row): Row => (row.key === 'ProtectSystem' ? { ...row, other } : row))
    const session = new FakeSession(stage({ rows }))
    const shown = await stand(session, { columns: 100, rows: 40 })
    expect(shown.frame()).toContain('exactly the 74 calls seen, exposure 1.4: press w for it.')
    await shown.press('w', DOWN, 'w')
    expect(session.intents).toEqual([{ do: 'other-way', id: 'row-ProtectSystem' }])
  })

  it('ticks all, or none when all are', async () => {
    const session = new FakeSession(stage())
    const shown = await stand(session)
    await shown.press('a')
    await shown.show({ phase: stage({ rows: stage().rows.map((each) => ({ ...each, ticked: true })) }) })
    await shown.press('a')
    expect(session.intents).toEqual([
      { do: 'toggle-all', ticked: true },
      { do: 'toggle-all', ticked: false },
    ])
  })

  it('skips and stops only when asked twice', async () => {
    const session = new FakeSession(stage())
    const shown = await stand(session)
    await shown.press('s')
    expect(shown.frame()).toContain('Press s again')
    await shown.press('x', 'q', 'q', 's', 's')
    expect(session.did()).toEqual(['stop', 'skip-stage'])
  })

  it('shows notes and all details on demand', async () => {
    const shown = await stand(new FakeSession(stage()))
    await shown.press('n')
    expect(shown.frame()).toContain('A umask of 0027 gives new files mode 0640.')
    await shown.press('x', 'd')
    expect(shown.frame()).toContain('Could break   Writing anywhere else fails')
  })
})

describe('confirm', () => {
  it('shows everything that is written and says that the service restarts', async () => {
    const { frame } = await stand(new FakeSession(confirm), { columns: 80, rows: 40 })
    expect(frame()).toContain('The live service restarts now.')
    expect(frame()).toContain('  ReadWritePaths=/var/log/apache2 /run/apache2')
    expect(frame()).toContain('/var/log/apache2/access.log → www-data:adm, mode 0640')
    expect(frame()).toContain('! A connection that is open now is closed.')
  })

  it('goes back with Escape, and by choice', async () => {
    const session = new FakeSession(confirm)
    const shown = await stand(session)
    await shown.press(ESC, DOWN, ENTER)
    expect(session.did()).toEqual(['back', 'back'])
  })

  it('never applies when Back was meant, also when both keys come at once', async () => {
    const session = new FakeSession(confirm)
    const shown = await stand(session)
    await shown.press(`${DOWN}${ENTER}`)
    expect(session.did()).toEqual(['back'])
  })

  it('does not take a digit for an answer', async () => {
    const session = new FakeSession(confirm)
    const shown = await stand(session)
    await shown.press('2')
    expect(session.intents).toEqual([])
  })
})

describe('keep', () => {
  it.each([
    ['y', true],
    ['n', false],
    [ESC, false],
    [ENTER, true],
  ])('%j answers', async (key, yes) => {
    const session = new FakeSession(keep())
    const shown = await stand(session)
    await shown.press(key)
    expect(session.intents).toEqual([{ do: 'keep', yes }])
  })

  it('shows in the footer what y and n do', async () => {
    const shown = await stand(new FakeSession(keep()))
    await shown.press()
    expect(shown.frame()).toMatch(/y keep {3}n or Esc roll back {3}\+ more time/)
  })

  it('asks for more time by +, and says why there is none', async () => {
    const session = new FakeSession(keep())
    const shown = await stand(session)
    await shown.press('+')
    expect(session.intents).toEqual([{ do: 'more-time' }])
    await shown.show({ phase: keep({ note: 'There is no more time: 10 minutes from now are the most.' }) })
    expect(shown.frame().replaceAll(/\s+/g, ' ')).toMatch(/ s\. There is no more time: 10 minutes/)
  })

  it('lets no y keep what is being rolled back already', async () => {
    const session = new FakeSession(keep({ deadline: Date.now() - 1000 }))
    const shown = await stand(session)
    await shown.press('y')
    expect(session.intents).toEqual([])
  })
})

describe('failed', () => {
  it('tells the reason, what was undone, and what the journal says', async () => {
    const { frame } = await stand(new FakeSession(failed()), { columns: 80, rows: 32 })
    const words = frame().replaceAll(/\s+/g, ' ')
    expect(words).toContain('chown was killed by the system call filter')
    expect(words).toContain('the service runs again as before')
    expect(frame()).toContain('status=31/SYS')
  })

  it('says first what it needed, then that it is back, what is proposed, and what that costs', async () => {
    const { frame } = await stand(new FakeSession(failed()))
    expect(frame()).toMatch(
      /It needed +the system call fchownat.*It is back +✔ The drop-in.*Proposed.*\(exposure \+0\.1\)/s,
    )
  })

  it('relaxes what is ticked', async () => {
    const session = new FakeSession(failed())
    const shown = await stand(session)
    await shown.press(UP, ' ', DOWN, ENTER)
    expect(session.intents).toEqual([{ do: 'relax', ids: ['fchownat'] }])
  })

  it('offers to search on the live service, and says what is on trial', async () => {
    const session = new FakeSession(failed({ relaxations: [], maySearch: 4 }))
    const shown = await stand(session)
    expect(shown.frame()).toContain('Find the row that breaks it: at most 4 trials on the live service')
    await shown.press(ENTER)
    expect(session.did()).toEqual(['search'])
    const search = { trial: 2, most: 4, rows: ['PrivateTmp', 'UMask'], of: 9 }
    await shown.show({ phase: trial({ search }) })
    expect(shown.frame()).toContain('trial 2 of at most 4')
    expect(shown.frame()).toMatch(/PrivateTmp,\s+UMask/)
  })

  it.each([
    ['choose-again', 0],
    ['skip-stage', 1],
    ['stop', 2],
  ])('offers %s when nothing is suspected', async (wanted, downs) => {
    const session = new FakeSession(failed({ relaxations: [] }))
    const shown = await stand(session)
    await shown.press(DOWN.repeat(downs), ENTER)
    expect(session.did()).toEqual([wanted])
  })
})

describe('done', () => {
  it('draws the curve and leaves with Enter', async () => {
    const session = new FakeSession(done())
    const shown = await stand(session, { columns: 80, rows: 40 })
    expect(shown.frame()).toMatch(/Before +9\.2 {2}UNSAFE +█{37}░{3}/)
    expect(shown.frame()).toMatch(/System calls +3\.4 {2}OK +█{14}░/)
    expect(shown.frame()).toContain('hardenctl undo apache2.service')
    expect(shown.frame()).toContain('CapabilityBoundingSet=CAP_NET_BIND_SERVICE')
    await shown.press(ENTER)
    expect(session.did()).toEqual(['stop'])
  })

  it('says loudly when the service is not healthy', async () => {
    const { frame } = await stand(new FakeSession(done({ healthy: false })))
    expect(frame()).toContain('NOT healthy')
  })

  it('says so when nothing was kept', async () => {
    const { frame } = await stand(new FakeSession(done({ dropIn: '' })))
    expect(frame()).toContain('Nothing was kept')
    expect(frame()).not.toContain('To undo')
  })

  it('scrolls to the very last line', async () => {
    const shown = await stand(new FakeSession(done()))
    await shown.press('\x1b[F')
    expect(shown.frame()).toContain('ProtectHome=yes')
    await shown.press(UP)
    expect(shown.frame()).not.toContain('ProtectHome=yes')
  })
})
