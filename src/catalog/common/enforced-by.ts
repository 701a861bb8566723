import type { Directive, Enforcer } from './types.ts'

/** What the kernel enforces a setting by; undefined where it is neither a filter of system calls nor a namespace. */
export function enforcedBy({
  enforcer,
  mountNamespace,
}: Pick<Directive, 'enforcer' | 'mountNamespace'>): Enforcer | undefined {
  return enforcer ?? (mountNamespace === true ? 'mnt' : undefined)
}
