/** A proof mostly waits for a service to come to rest, so several clones share a processor. */
const CLONES_A_CORE = 3
const MOST_CLONES = 8

/** How many clones are asked side by side. */
export function clonesFor(cores: number): number {
  return Math.min(MOST_CLONES, cores * CLONES_A_CORE)
}
