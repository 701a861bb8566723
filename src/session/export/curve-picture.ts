import { formatScore, rating } from '../store/score.ts'
import type { CurvePoint } from './blocks.ts'

const WIDTH = 480
const HEIGHT = 260
/** The first point stands clear of the scale. */
const LEFT = 52
const RIGHT = 34
const SCALE = 22
const TOP = 24
const BOTTOM = 34
const WORST = 10
const GRID = [0, 2, 4, 6, 8, 10]

interface Place extends CurvePoint {
  x: number
  y: number
}

function heightOf(exposure: number): number {
  return Math.round(TOP + (1 - exposure / WORST) * (HEIGHT - TOP - BOTTOM))
}

function placesOf(points: readonly CurvePoint[]): Place[] {
  const step = (WIDTH - LEFT - RIGHT) / Math.max(1, points.length - 1)
  return points.map((point, at) => ({
    ...point,
    x: Math.round(LEFT + at * step),
    y: heightOf(point.exposure),
  }))
}

/** "9.2 UNSAFE" */
export function pointWords({ exposure }: CurvePoint): string {
  const score = Math.round(exposure * 10)
  return `${formatScore(score)} ${rating(score)}`
}

function gridLine(exposure: number): string {
  const y = heightOf(exposure)
  return `<line class="grid" x1="${SCALE}" y1="${y}" x2="${WIDTH - RIGHT}" y2="${y}"/><text class="scale" x="${SCALE - 6}" y="${y + 4}" text-anchor="end">${exposure}</text>`
}

function mark({ x, y, name, exposure }: Place): string {
  const score = formatScore(Math.round(exposure * 10))
  return [
    `<circle cx="${x}" cy="${y}" r="4"/>`,
    `<text class="score" x="${x}" y="${y - 10}" text-anchor="middle">${score}</text>`,
    `<text class="scale" x="${x}" y="${HEIGHT - 10}" text-anchor="middle">${name}</text>`,
  ].join('')
}

/**
 * The exposure stage by stage, as SVG to be put into HTML. `escaped` makes the names harmless. Pure.
 */
export function curvePicture(points: readonly CurvePoint[], escaped: (text: string) => string): string {
  const places = placesOf(points.map((point) => ({ ...point, name: escaped(point.name) })))
  const line = places.map(({ x, y }) => `${x},${y}`).join(' ')
  const words = points.map((point) => `${point.name} ${pointWords(point)}`).join(', ')
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(`Exposure: ${words}`)}">`,
    ...GRID.map(gridLine),
    `<polyline points="${line}"/>`,
    ...places.map(mark),
    '</svg>',
  ].join('\n')
}
