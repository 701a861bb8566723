/** `gain` as a list shows it: "−0.2", or "0.0" for no gain. */
export function formatGain(gain: number): string {
  if (gain === 0) return '0.0'
  return `${gain > 0 ? '−' : '+'}${(Math.abs(gain) / 10).toFixed(1)}`
}
