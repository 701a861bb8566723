import { formatScore, rating } from '../../systemd/exposure/exposure.ts'

export { formatScore, rating }

/** Exposure as a document has it, with its word: 9.2 → "9.2 UNSAFE". */
export function ratedTenths(exposure: number): string {
  return rated(Math.round(exposure * 10))
}

/** Exposure ×10 with its word: 92 → "9.2 UNSAFE". */
export function rated(exposure: number | undefined): string {
  return exposure === undefined ? '?' : `${formatScore(exposure)} ${rating(exposure)}`
}
