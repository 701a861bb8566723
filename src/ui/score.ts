/** Exposure ×10 as systemd-analyze prints it: 92 → "9.2". */
export function formatScore(exposure: number | undefined): string {
  return exposure === undefined ? '?' : (exposure / 10).toFixed(1)
}

/** What taking `gain` from the exposure looks like in a list: "−0.2", "0.0" when nothing is won. */
export function formatGain(gain: number): string {
  if (gain === 0) return '0.0'
  return `${gain > 0 ? '−' : '+'}${(Math.abs(gain) / 10).toFixed(1)}`
}

const RATINGS: [number, string][] = [
  [100, 'DANGEROUS'],
  [90, 'UNSAFE'],
  [75, 'EXPOSED'],
  [50, 'MEDIUM'],
  [10, 'OK'],
  [1, 'SAFE'],
  [0, 'PERFECT'],
]

/** The word that systemd-analyze puts beside the number. */
export function rating(exposure: number): string {
  return RATINGS.find(([from]) => exposure >= from)?.[1] ?? 'PERFECT'
}

export function rated(exposure: number | undefined): string {
  return exposure === undefined ? '?' : `${formatScore(exposure)} ${rating(exposure)}`
}
