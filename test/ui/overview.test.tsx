import { cleanup } from 'ink-testing-library'
import stringWidth from 'string-width'
import { afterEach, describe, expect, it } from 'vitest'
import { overviewLines } from '../../src/ui/overview/first-overview.ts'
import { FakeOverview, ROW, ROWS, standOverview } from './overview-stand.tsx'
import { CTRL_C, DOWN, ENTER, ESC } from './stand.tsx'

afterEach(cleanup)

const SIZES = [
  { columns: 80, rows: 24 },
  { columns: 60, rows: 20 },
  { columns: 120, rows: 40 },
  { columns: 60, rows: 12 },
]

describe('the overview', () => {
  it('shows each service with exposure, network, account, what is kept, and the win', async () => {
    const shown = await standOverview(new FakeOverview())
    const rowOf = (name: string) => shown.lines().find((text) => text.includes(` ${name} `))
    expect(rowOf('nginx')).toMatch(/▸ nginx +9\.6 UNSAFE +tcp 80 +root +8\.2$/)
    expect(rowOf('database')).toMatch(/9\.6 UNSAFE +local +db +kept +8\.2$/)
    expect(rowOf('lost')).toMatch(/LOST +8\.2$/)
    expect(rowOf('coming')).toMatch(/… +root +…$/)
    expect(rowOf('refused')).toMatch(/root +–$/)
    expect(rowOf('woken')).toContain('waits for socket')
    expect(rowOf('getty@')).toContain('template')
    expect(shown.frame()).toContain('5 services running, 3 beyond loopback')
    expect(shown.frame()).toContain('by what is seen, unproven: capabilities 7.9')
  })

  it.each(SIZES)('fits $columns×$rows with 300 services and two lines under it', async (size) => {
    const rows = Array.from({ length: 300 }, (_, at) => ({
      ...ROW,
      unit: `a-service-with-a-very-long-name-of-its-own-number-${at}.service`,
      description: 'A description that is longer than the whole screen is wide, as some of them are in life',
      obstacle: { reason: 'x '.repeat(200), next: '' },
    }))
    const shown = await standOverview(
      new FakeOverview({ rows, shown: rows, problems: ['p'.repeat(300)] }),
      size,
    )
    expect(shown.lines().length).toBeLessThanOrEqual(size.rows - 2)
    for (const text of shown.lines()) expect(stringWidth(text)).toBeLessThanOrEqual(size.columns)
    expect(shown.lines().filter((text) => text.includes('a-service')).length).toBeGreaterThan(2)
  })

  it.each([...SIZES, { columns: 80, rows: 16 }])(
    'is drawn before Ink is loaded as Ink draws it at $columns×$rows, without keys',
    async (size) => {
      for (const over of [{}, { rows: [], shown: [], listed: false, looking: true }]) {
        const session = new FakeOverview(over)
        const inInk = (await standOverview(session, size)).lines().map((text) => text.trimEnd())
        const first = overviewLines(session.state(), { ...size, ascii: false })
        expect(inInk.slice(0, first.length)).toEqual(first)
        expect(inInk.slice(first.length).join('')).toMatch(/^(?:\W*move .*leave)?$/)
      }
    },
  )

  it('is drawn before in ASCII where the terminal needs it', () => {
    const lines = overviewLines(new FakeOverview().state(), { columns: 80, rows: 24, ascii: true })
    expect(lines.join('')).toMatch(/^[ -~]+$/)
    expect(lines.join('')).toContain('> nginx')
  })

  it.each([
    ['Enter', ENTER, { do: 'walk', unit: 'database.service' }],
    ['u', 'u', { do: 'undo', unit: 'database.service' }],
    ['s', 's', { do: 'status', unit: 'database.service' }],
    ['q', 'q', { do: 'leave' }],
    ['Ctrl-C', CTRL_C, { do: 'leave' }],
  ])('sends what %s asks for the service under the cursor', async (_, key, intent) => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    await shown.press(DOWN, key)
    expect(session.intents).toEqual([intent])
  })

  it('keeps the cursor on its service while others come before it', async () => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    await shown.press(DOWN)
    const rows = [{ ...ROW, unit: 'new.service' }, ...ROWS]
    await shown.change({ rows, shown: rows })
    await shown.press(ENTER)
    expect(session.intents).toEqual([{ do: 'walk', unit: 'database.service' }])
  })

  it('filters while one types, letters of keys among them, and Esc takes the filter away', async () => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    await shown.press(DOWN, DOWN, '/', 's', 'q', 'u')
    expect(session.state().filter).toBe('squ')
    await shown.press('\x7f', '\x7f', '\x7f', 'l', 'o', 's', 't')
    expect(shown.frame()).toContain('Filter: lost')
    expect(shown.frame()).not.toContain('nginx')
    await shown.press(ENTER, ENTER)
    expect(session.intents.at(-1)).toEqual({ do: 'walk', unit: 'lost.service' })
    await shown.press(ESC)
    expect(session.state().filter).toBe('')
  })

  it('takes letters that come in one read with the slash for the filter, and not for keys', async () => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    await shown.press('/usq')
    expect(session.state().filter).toBe('usq')
    expect(session.did()).toEqual(['filter', 'filter', 'filter'])
  })

  it('goes to the first service that matches', async () => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    await shown.press(DOWN, '/e', ENTER)
    expect(shown.frame()).toMatch(/▸ nginx /)
  })

  it('has the first service under the cursor while rows fill in, until a person moves', async () => {
    const session = new FakeOverview({ looking: true })
    const shown = await standOverview(session)
    const rows = [{ ...ROW, unit: 'new.service' }, ...ROWS]
    await shown.change({ rows, shown: rows })
    expect(shown.frame()).toMatch(/▸ new /)
  })

  it('says when no service matches', async () => {
    const shown = await standOverview(new FakeOverview({ filter: 'zzz', shown: [] }))
    expect(shown.frame()).toContain('No service matches the filter.')
  })

  it.each([
    ['y', true],
    ['n', false],
    [ENTER, false],
  ])('asks before it undoes: %j', async (key, yes) => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    await shown.change({ asking: { about: 'undo', unit: 'database.service' } })
    expect(shown.frame()).toContain('Undo everything that hardenctl keeps for database.service?')
    await shown.press(key)
    expect(session.intents).toEqual([{ do: 'answer', yes }])
  })

  it('takes no key for the question that was typed before it was on the screen', async () => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    await shown.press()
    session.change({ asking: { about: 'undo', unit: 'database.service' } })
    await shown.press()
    expect(session.intents).toEqual([])
  })

  it('explains itself with ? and goes back', async () => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    await shown.press('?')
    expect(shown.frame()).toMatch(/Nothing of it is\s+proven/)
    await shown.press('x', ENTER)
    expect(session.intents).toEqual([{ do: 'walk', unit: 'nginx.service' }])
  })

  it('draws nothing that a service wrote and a terminal would obey', async () => {
    const rows = [{ ...ROW, description: 'bad \x1b[2J\x9b5m words' }]
    const shown = await standOverview(new FakeOverview({ rows, shown: rows }))
    expect(shown.frame()).toContain('bad  words')
  })

  it('leaves once something is chosen', async () => {
    const session = new FakeOverview()
    const shown = await standOverview(session)
    session.finish({ do: 'leave' })
    await shown.press()
    expect(shown.left()).toBe(true)
  })
})
