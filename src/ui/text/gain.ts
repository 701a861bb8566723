/** What taking `gain` from the exposure looks like in a list: "−0.2", "0.0" when nothing is won. */
export function formatGain(gain: number): string {
  if (gain === 0) return '0.0'
  return `${gain > 0 ? '−' : '+'}${(Math.abs(gain) / 10).toFixed(1)}`
}
