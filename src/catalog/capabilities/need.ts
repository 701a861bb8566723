/** A capability that the service seems to need. */
export interface Need {
  /** In lower case, as the kernel and `systemctl show` have it. */
  capability: string
  why: string
  /** A guess from how its processes look, not from a use that was seen: squeezing tries to go without it. */
  guessed: boolean
}

/** "cap_net_raw,cap_net_admin=ep" → its names (cap_from_text(3)). */
export function namesIn(fileCapabilities: string): string[] {
  return fileCapabilities.match(/cap_[a-z_]+/g) ?? []
}

/** Without "cap_", in lower case. */
export function bare(name: string): string {
  return name.toLowerCase().replace(/^cap_/, '')
}

/** A use that was seen, or that nothing works without. */
export function need(name: string, why: string): Need {
  return { capability: `cap_${name}`, why, guessed: false }
}

/** Something that its looks suggest. */
export function guess(name: string, why: string): Need {
  return { capability: `cap_${name}`, why, guessed: true }
}
