import { networkWords } from '../../session/overview/network.ts'
import type { OverviewState } from '../../session/overview/overview.ts'
import { type ServiceRow, winOf } from '../../session/overview/row.ts'
import { formatScore, rated } from '../../session/store/score.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { clip, type Line, line, pad, paragraph, plural, type Tone, widthOf } from '../text/lines.ts'

/** From so many columns on there is room for a rating beside the exposure. */
const WIDE = 76
const UNKNOWN = '…'

interface Column {
  title: string
  width: number
  text: (row: ServiceRow) => string
  tone?: (row: ServiceRow) => Tone | undefined
}

/** What a service is that does not run, or what reaches one that does. */
function networkOrState(row: ServiceRow): string {
  const { state, network, type } = row
  if (state === 'running') return network === undefined ? UNKNOWN : networkWords(network)
  if (state === 'waiting') {
    const by = row.triggeredBy.map((name) => name.split('.').at(-1) ?? '').join(', ')
    const reached = network !== undefined && network.listens.length > 0
    return reached ? `${by}: ${networkWords(network)}` : `waits for ${by}`
  }
  return type === 'oneshot' && state === 'stopped' ? 'oneshot' : state
}

function winWords(row: ServiceRow): string {
  const win = winOf(row)
  if (win !== undefined) return formatScore(win)
  if (row.state !== 'running') return ''
  return row.complete ? '–' : UNKNOWN
}

function keptWords({ kept }: ServiceRow): string {
  if (kept === undefined) return ''
  return kept.inForce ? 'kept' : 'LOST'
}

function exposureTone({ exposure = 0 }: ServiceRow): Tone | undefined {
  if (exposure >= 90) return 'bad'
  if (exposure >= 50) return 'warn'
  return exposure < 20 ? 'good' : undefined
}

function columnsFor(width: number): Column[] {
  const wide = width >= WIDE
  const others: Column[] = [
    {
      title: wide ? 'EXPOSURE' : 'EXP',
      width: wide ? 11 : 4,
      text: ({ exposure }) => (exposure === undefined ? '' : wide ? rated(exposure) : formatScore(exposure)),
      tone: exposureTone,
    },
    { title: wide ? 'NET OR STATE' : 'NET', width: wide ? 16 : 12, text: networkOrState },
    { title: 'ACCOUNT', width: wide ? 11 : 8, text: ({ account }) => account ?? '' },
    {
      title: 'KEPT',
      width: 4,
      text: keptWords,
      tone: ({ kept }) => (kept === undefined ? undefined : kept.inForce ? 'good' : 'bad'),
    },
    { title: 'WIN', width: 4, text: winWords },
  ]
  const used = others.reduce((sum, column) => sum + column.width + 2, 0)
  const unit = {
    title: 'UNIT',
    width: Math.max(8, width - 2 - used),
    text: ({ unit: name }: ServiceRow) => shortName(name),
  }
  return [unit, ...others]
}

export function headingLine(width: number): Line {
  const cells = columnsFor(width).map((column) => pad(clip(column.title, column.width), column.width))
  return line(`  ${cells.join('  ')}`.trimEnd(), 'dim')
}

/** One row of the list. A row that does not run is dim. */
export function rowLine(row: ServiceRow, here: boolean, width: number): Line {
  const idle = row.state !== 'running'
  const cells = columnsFor(width).map((column, at): Line => {
    const text = pad(clip(column.text(row), column.width), column.width)
    const tone = idle ? 'dim' : column.tone?.(row)
    return [{ text: at === 0 ? '' : '  ' }, { text, tone: here && tone !== 'bad' ? 'bold' : tone }]
  })
  return [{ text: here ? '▸ ' : '  ', tone: 'accent' }, ...cells.flat()]
}

export function headerLines(state: OverviewState, columns: number): Line[] {
  const running = state.rows.filter((row) => row.state === 'running')
  const reached = running.filter((row) => (row.network?.listens.length ?? 0) > 0).length
  const counted =
    state.rows.length === 0
      ? 'Asking systemd for the services'
      : `${plural(running.length, 'service')} running, ${reached} beyond loopback`
  const doing = state.looking ? 'looking' : ''
  const gap = Math.max(2, columns - widthOf(counted) - widthOf(doing))
  return [
    [
      { text: 'hardenctl · ', tone: 'dim' },
      { text: clip(`overview of ${state.host}`, columns - 12), tone: 'bold' },
    ],
    [
      { text: clip(counted, columns) },
      ...(doing === '' ? [] : [{ text: ' '.repeat(gap) }, { text: doing, tone: 'dim' as const }]),
    ],
  ]
}

function walkWords(row: ServiceRow): { text: string; tone?: Tone } {
  const { obstacle, prediction, drags, complete } = row
  if (obstacle !== undefined)
    return { text: `No walk now: ${obstacle.reason}. ${obstacle.next}`, tone: 'warn' }
  if (prediction === undefined) {
    const why = row.state === 'running' ? '' : ': it does not run, and a walk runs it in clones'
    return { text: complete ? `A walk can not be predicted${why}.` : 'Predicting what a walk would win …' }
  }
  if (winOf(row) === 0)
    return {
      text: `By what is seen, a walk would recommend nothing; ${plural(prediction.left, 'row')} would be left to you.`,
    }
  const curve = prediction.curve.map(({ stage, exposure }) => `${stage} ${formatScore(exposure)}`).join(', ')
  const also = drags === undefined ? '' : ` Each restart also restarts ${drags.join(', ')}.`
  return {
    text: `A walk might come to ${rated(prediction.exposure)}, by what is seen, unproven: ${curve}.${also}`,
  }
}

/** What is known of the service under the cursor. */
export function detailLines(row: ServiceRow, width: number): Line[] {
  const network = row.network === undefined ? '' : `, network ${networkWords(row.network)}`
  const counted = row.counted === undefined ? '' : `, ${formatScore(row.counted)} without what is accepted`
  const exposure = row.exposure === undefined ? '' : `Exposure ${rated(row.exposure)}${counted}, `
  const kept =
    row.kept === undefined
      ? []
      : paragraph(
          `Kept ${row.kept.since.slice(0, 10)}: ${row.kept.stages.join(', ')}; ${row.kept.inForce ? 'in force' : 'NOT IN FORCE, s says more'}.`,
          width,
          row.kept.inForce ? 'good' : 'bad',
        )
  const walk = walkWords(row)
  return [
    ...(row.description === '' ? [] : [line(clip(row.description, width))]),
    ...paragraph(
      `${exposure}${row.state}${row.account === undefined ? '' : `, account ${row.account}`}${network}`,
      width,
    ),
    ...kept,
    ...paragraph(walk.text, width, walk.tone),
  ]
}

/** "── nginx.service ───── 1 of 60 ──" */
export function placeLine(row: ServiceRow, place: string, width: number): Line {
  const title = clip(row.unit, Math.max(4, width - widthOf(place) - 12))
  const middle = '─'.repeat(Math.max(1, width - widthOf(title) - widthOf(place) - 8))
  return [
    { text: '── ', tone: 'dim' },
    { text: title, tone: 'bold' },
    { text: ` ${middle} ${place} ──`, tone: 'dim' },
  ]
}

export function helpLines(width: number): Line[] {
  const said = [
    'All services of this host, those first that run and are most worth hardening: what a walk would win, twice as much where the network reaches.',
    'EXPOSURE is what systemd-analyze security says. NET is what it listens on beyond loopback; “local” is loopback or a Unix socket. KEPT is what hardenctl keeps: “kept” is in force, “LOST” is not.',
    'WIN is predicted by what is seen now, without a restart. Nothing of it is proven; the walk proves each stage in a clone before it touches the service.',
    'Enter opens the walk of the service. It asks before it changes anything, and rolls back by itself.',
    'u undoes all that hardenctl keeps for the service, after a question; s shows what is kept.',
    '/ filters while you type: every word must be in the name, the description, the account or the network. Esc takes the filter away.',
    'hardenctl audit prints the same without a screen.',
  ]
  return said.flatMap((text) => [...paragraph(text, width), line('')])
}
