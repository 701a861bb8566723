import { formatScore, rating } from '../../systemd/exposure/exposure.ts'
import { shortName } from '../../systemd/manager/unit-name.ts'
import { columns } from '../columns.ts'
import type { GuideRow } from '../overview/guide.ts'
import { networkWords } from '../overview/network.ts'
import { type ServiceRow, winOf } from '../overview/row.ts'
import { type Audit, aboveThreshold, countedOf, ratedScore } from './report.ts'

const PREDICTED =
  'A win is predicted by what is seen now. Nothing was restarted or tried, so nothing of it is proven; the walk proves it.'

const HEADING = ['UNIT', 'STATE', 'EXPOSURE', 'ACCOUNT', 'NETWORK', 'KEPT', 'WIN', 'IN THE WAY']

/** "9.6 UNSAFE", and the accepted rest in brackets: "9.6 UNSAFE (7.1)". */
function exposureText(row: ServiceRow): string {
  if (row.exposure === undefined) return ''
  const counted = row.counted === undefined ? '' : ` (${formatScore(row.counted)})`
  return ratedScore(row.exposure) + counted
}

/** "in force", "NOT IN FORCE" or "". */
function keptText({ kept }: ServiceRow): string {
  if (kept === undefined) return ''
  return kept.inForce ? 'in force' : 'NOT IN FORCE'
}

/** "7.2, to 2.4" */
function winText(row: ServiceRow): string {
  const win = winOf(row)
  return win === undefined || row.prediction === undefined
    ? ''
    : `${formatScore(win)}, to ${formatScore(row.prediction.exposure)}`
}

/** One line: what a walk would meet. */
function wayText({ obstacle, drags, state }: ServiceRow): string {
  if (obstacle !== undefined && state === 'running') return obstacle.reason
  if (drags !== undefined) return `also restarts ${drags.join(', ')}`
  return ''
}

function stateText({ state, type, triggeredBy }: ServiceRow): string {
  if (state === 'waiting') return `waits for ${triggeredBy.map((name) => name.split('.').at(-1)).join(', ')}`
  return type === 'oneshot' && state !== 'template' ? `${state}, oneshot` : state
}

function cells(row: ServiceRow): string[] {
  return [
    shortName(row.unit),
    stateText(row),
    exposureText(row),
    row.account ?? '',
    row.network === undefined ? '' : networkWords(row.network),
    keptText(row),
    winText(row),
    wayText(row),
  ]
}

/** A oneshot that does not run has nothing that a walk could look at; there are many of them. */
function isListed({ type, state }: ServiceRow): boolean {
  return type !== 'oneshot' || ['running', 'failed', 'changing'].includes(state)
}

function unlisted(rows: readonly ServiceRow[]): string[] {
  const count = rows.filter((row) => !isListed(row)).length
  const those = count === 1 ? 'One oneshot service that does' : `${count} oneshot services that do`
  return count === 0 ? [] : [`${those} not run now: not in this table; --json has all.`]
}

function closing(audit: Audit): string[] {
  const above = aboveThreshold(audit)
  const names = above.map((row) => `${shortName(row.unit)} ${formatScore(countedOf(row) ?? 0)}`)
  return [
    ...(audit.threshold === undefined
      ? []
      : [`Above ${formatScore(audit.threshold)}: ${above.length === 0 ? 'none' : names.join(', ')}`]),
    ...audit.expired.map(
      ({ unit, check, until, place }) =>
        `Expired: ${unit} ${check} was accepted until ${until} and counts again (${place}).`,
    ),
    ...audit.problems,
  ]
}

/** All services as a table, in lines. */
export function tableLines(audit: Audit): string[] {
  const listed = audit.rows.length > 1 ? audit.rows.filter(isListed) : audit.rows
  const left = listed.length < audit.rows.length ? unlisted(audit.rows) : []
  return [...columns([HEADING, ...listed.map(cells)]), '', PREDICTED, ...left, ...closing(audit)]
}

const MARKS = { true: '✓', false: '✗', undefined: ' ' } as const
const INDENT = '    '

/** What hardenctl would do, in words. */
function actionText({ action, line }: GuideRow): string {
  switch (action) {
    case 'set':
      return line === undefined ? 'comes with other settings' : `would set ${line}`
    case 'less':
      return `would set ${line}, which leaves some of it open`
    case 'ask':
      return `would leave it to you to set ${line}`
    case 'leave':
      return 'leaves it'
    case 'passed':
      return ''
    default:
      return action satisfies never
  }
}

function guideLines(row: GuideRow, width: number): string[] {
  const mark = MARKS[String(row.passed) as keyof typeof MARKS]
  const share = row.exposure > 0 ? `  ${formatScore(row.exposure)}` : ''
  const accepted = row.accepted && `${INDENT}accepted until ${row.accepted.until}: ${row.accepted.reason}`
  return [
    `${mark} ${row.name.padEnd(width)}  ${row.description}${share}`,
    ...(row.passed === false ? [`${INDENT}→ ${actionText(row)}. ${row.why}`] : []),
    ...(accepted === undefined ? [] : [accepted]),
  ]
}

function facts(row: ServiceRow): string[] {
  const curve = row.prediction?.curve.map((point) => `${point.stage} ${formatScore(point.exposure)}`)
  return [
    `${row.unit}: ${row.description}`,
    `Exposure ${exposureText(row)}, ${stateText(row)}, account ${row.account ?? 'unknown'}`,
    ...(row.network === undefined ? [] : [`Network: ${networkWords(row.network)}`]),
    ...(row.kept === undefined
      ? []
      : [`Kept since ${row.kept.since}: ${row.kept.stages.join(', ')}; ${keptText(row)}`]),
    ...(row.obstacle === undefined ? [] : [`No walk now: ${row.obstacle.reason}. ${row.obstacle.next}`]),
    ...(row.drags === undefined ? [] : [`Each restart of a walk also restarts ${row.drags.join(', ')}.`]),
    ...(row.prediction === undefined
      ? []
      : [
          `Predicted: ${ratedScore(row.exposure ?? 0)} → ${ratedScore(row.prediction.exposure)} (${curve?.join(', ')})`,
          PREDICTED,
        ]),
  ]
}

/** The guide to one service: each check as systemd-analyze says it, and beside it what hardenctl would do. */
export function guidePage(audit: Audit, row: ServiceRow, guide: readonly GuideRow[]): string[] {
  const width = Math.max(...guide.map(({ name }) => name.length))
  return [
    ...facts(row),
    '',
    ...guide.flatMap((one) => guideLines(one, width)),
    '',
    `→ Overall exposure level for ${row.unit}: ${row.exposure === undefined ? 'unknown' : `${formatScore(row.exposure)} ${rating(row.exposure)}`}`,
    ...closing(audit),
  ]
}
