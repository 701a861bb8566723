import type { Host } from '../host/host.ts'

/** What is the same for each service of a host, and does not change while hardenctl runs: read once. */
export function perHost<Rest extends unknown[], Found>(
  read: (host: Host, ...rest: Rest) => Promise<Found>,
): (host: Host, ...rest: Rest) => Promise<Found> {
  const known = new WeakMap<Host, Promise<Found>>()
  return (host, ...rest) => {
    const reading = known.get(host) ?? read(host, ...rest)
    known.set(host, reading)
    return reading
  }
}
