import type { Facts } from '../../observe/facts.ts'

/** user:role:type:level, selinux(8). */
const CONTEXT = /^[^:]+:[^:]+:[^:]+:/
/** A profile of AppArmor is a name and a mode: "/usr/sbin/named (enforce)". */
const PROFILE = /^(.+) \((?:enforce|kill|prompt)\)$/

const LABELS = 'files that it writes in a clone have other SELinux labels'
const ENFORCING =
  'SELinux enforces here, and hardenctl does not compare what it refuses: in a clone the service may have another domain, and files that it writes have other labels'

/**
 * What access control of the kernel, beside a unit's own settings, may refuse live and not in a clone, in sentences.
 * `facts` are the live host's.
 */
export function uncomparedAccess({ processes, selinux }: Pick<Facts, 'processes' | 'selinux'>): string[] {
  const labels = processes.flatMap(({ securityLabel }) => securityLabel ?? [])
  const profile = labels.flatMap((label) => PROFILE.exec(label)?.[1] ?? [])[0]
  const isLabelled = labels.some((label) => CONTEXT.test(label))
  return [
    ...(selinux === 'enforcing' ? [ENFORCING] : isLabelled ? [LABELS] : []),
    ...(profile === undefined
      ? []
      : [
          `AppArmor confines it here by the profile ${profile}, and hardenctl does not compare what that refuses in a clone`,
        ]),
  ]
}
