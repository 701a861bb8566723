/** What a service may do of which a directive takes something away: a row is no better than what was seen of these. */
export type Use =
  | 'write-elsewhere'
  | 'connect-out'
  | 'run-programs'
  | 'gain-rights'
  | 'act-as-others'
  | 'past-permissions'
  | 'mount'
  | 'kernel-state'
  | 'devices'
  | 'write-execute'
  | 'raw-sockets'
  | 'list-interfaces'
  | 'see-others'
  | 'see-mounts'
  | 'see-boot'
  | 'see-kernel'
  | 'homes'
  | 'write-as-root'
  | 'share-files'
  | 'know-callers'
  | 'owners'
  | 'share-memory'
  | 'temporary'
  | 'tune-kernel'
  | 'set-ids'
  | 'personality'
  | 'real-time'
  | 'namespaces'

/** What a service would be doing, as the end of "it may come to …". */
export const USE_WORDS: Record<Use, string> = {
  'write-elsewhere': 'write elsewhere',
  'connect-out': 'connect to other machines',
  'run-programs': 'run other programs',
  'gain-rights': 'gain rights by setuid and setgid programs',
  'act-as-others': 'act as other users',
  'past-permissions': 'open the files of others',
  mount: 'mount file systems',
  'kernel-state': 'change the state of the kernel',
  devices: 'use devices',
  'write-execute': 'make code while it runs',
  'raw-sockets': 'send raw packets',
  'list-interfaces': 'list network interfaces',
  'see-others': 'look at other processes and file systems',
  'see-mounts': 'report on the file systems that are mounted',
  'see-boot': 'read when the machine was started',
  'see-kernel': 'read what the kernel tells of the machine',
  homes: 'read homes',
  'write-as-root': 'write into folders of root',
  'share-files': 'write what others read',
  'know-callers': 'ask which account calls it',
  owners: 'tell or set the owners of files',
  'share-memory': 'share memory or queues with other services',
  temporary: 'open files of others in /tmp',
  'tune-kernel': 'change settings of the kernel',
  'set-ids': 'make setuid and setgid files',
  personality: 'run programs made for other systems',
  'real-time': 'ask for real-time priority',
  namespaces: 'make namespaces',
}

/** Uses that take rights of root: an account without any can't come to them. */
export const OF_ROOT: ReadonlySet<Use> = new Set([
  'act-as-others',
  'past-permissions',
  'mount',
  'kernel-state',
  'devices',
  'raw-sockets',
  'write-elsewhere',
  'see-mounts',
  'write-as-root',
  'tune-kernel',
  'real-time',
])

export const USES = Object.keys(USE_WORDS) as Use[]

/** Why a service may come to use something, from what is there to be read. */
export interface Possibility {
  use: Use
  /** A sentence for the person. */
  why: string
  /**
   * named: by its configuration; helper: a program with rights of its own may do it for the service; client: calls that
   * only together have a purpose; control: root tells it files by their paths; monitor: it tells of the whole machine, and
   * wrong numbers are no failure; import: a call alone, which is weak; unasked: nothing of it could be asked; work: its
   * configuration names more than was played.
   */
  from:
    | 'named'
    | 'work'
    | 'sudo'
    | 'helper'
    | 'interpreter'
    | 'client'
    | 'control'
    | 'monitor'
    | 'import'
    | 'unasked'
}
