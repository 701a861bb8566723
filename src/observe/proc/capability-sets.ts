import { ALL_CAPABILITIES } from '../../systemd/settings/settings-values.ts'

/** Bits that a kernel may hold; /proc/PID/status prints 64. */
const BITS = 64

/**
 * Names of the bits set in a mask as /proc/PID/status prints it (proc_pid_status(5): CapInh, CapPrm, CapEff,
 * CapBnd, CapAmb), in the order of the bits; one that is not known here
 * is "cap_41", as libcap writes it. What is no hexadecimal number has no names.
 */
export function capabilitiesOfMask(hexadecimal: string): string[] {
  if (!/^[0-9a-f]{1,16}$/i.test(hexadecimal)) return []
  const mask = BigInt(`0x${hexadecimal}`)
  const names: string[] = []
  for (let bit = 0; bit < BITS; bit++) {
    if ((mask >> BigInt(bit)) & 1n) names.push(ALL_CAPABILITIES[bit] ?? `cap_${bit}`)
  }
  return names
}
