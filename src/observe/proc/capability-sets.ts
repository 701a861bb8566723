/**
 * Linux capabilities by bit number (include/uapi/linux/capability.h, capabilities(7)). The index is the bit, so
 * the order must never change.
 */
export const CAPABILITIES = [
  'cap_chown',
  'cap_dac_override',
  'cap_dac_read_search',
  'cap_fowner',
  'cap_fsetid',
  'cap_kill',
  'cap_setgid',
  'cap_setuid',
  'cap_setpcap',
  'cap_linux_immutable',
  'cap_net_bind_service',
  'cap_net_broadcast',
  'cap_net_admin',
  'cap_net_raw',
  'cap_ipc_lock',
  'cap_ipc_owner',
  'cap_sys_module',
  'cap_sys_rawio',
  'cap_sys_chroot',
  'cap_sys_ptrace',
  'cap_sys_pacct',
  'cap_sys_admin',
  'cap_sys_boot',
  'cap_sys_nice',
  'cap_sys_resource',
  'cap_sys_time',
  'cap_sys_tty_config',
  'cap_mknod',
  'cap_lease',
  'cap_audit_write',
  'cap_audit_control',
  'cap_setfcap',
  'cap_mac_override',
  'cap_mac_admin',
  'cap_syslog',
  'cap_wake_alarm',
  'cap_block_suspend',
  'cap_audit_read',
  'cap_perfmon',
  'cap_bpf',
  'cap_checkpoint_restore',
] as const

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
    if ((mask >> BigInt(bit)) & 1n) names.push(CAPABILITIES[bit] ?? `cap_${bit}`)
  }
  return names
}
