import { formatScore, rating } from '../../systemd/exposure/exposure.ts'

export { formatScore, rating }

/** Exposure ×10 with its word: 92 → "9.2 UNSAFE". */
export function rated(exposure: number | undefined): string {
  return exposure === undefined ? '?' : `${formatScore(exposure)} ${rating(exposure)}`
}
