import type { Facts, WritableFact } from '../../observe/facts.ts'
import { written } from '../common/places.ts'
import { few, inForce, proposed, service, unfit, unique } from '../common/proposal.ts'
import { noProcess } from '../common/roles.ts'
import { actsSeen } from '../common/seen-in-clone.ts'
import type { Directive, NotProposed, Proposed, Rung } from '../common/types.ts'
import { setting } from '../common/unit-settings.ts'
import { MODE_MASK } from '../common/values.ts'

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

/** What new files and directories get under a mask: 0666 and 0777 without its bits (umask(2)). */
export function umaskExamples(mask: string): string {
  const bits = Number.parseInt(mask, 8) & 0o777
  return `UMask=${octal(bits)}: new files 0${octal(0o666 & ~bits).slice(1)}, new directories 0${octal(0o777 & ~bits).slice(1)}`
}

/** The unit's mask; 0022 is systemd's own default (systemd.exec(5)). */
function presentMask(facts: Facts): number {
  return Number.parseInt(setting(facts, 'UMask') || '0022', 8)
}

/**
 * Sockets that the service creates and others connect to: connect(2) needs their write bit. If the present mask removes
 * a bit, the service set the bit itself, and no mask affects it.
 */
function sharedSockets(facts: Facts, bits: number): WritableFact[] {
  const given = bits & ~presentMask(facts)
  return facts.writable.filter(({ kind, mode }) => kind === 'socket' && (mode & given) !== 0)
}

function wantedMask(files: readonly WritableFact[], groupSockets: boolean): number {
  if (groupSockets) return 0o007
  const closed = files.length > 0 && files.every(({ mode }) => (mode & 0o077) === 0)
  return closed ? 0o077 : 0o027
}

function proposeUmask(facts: Facts): Proposed | NotProposed {
  const present = presentMask(facts)
  if (actsSeen(facts, 'mount').length > 0)
    return unfit('It mounts file systems, and makes the folders through which others enter them.')
  const open = sharedSockets(facts, 0o002)[0]
  if (open)
    return unfit(
      `It creates the socket ${open.path} with mode ${octal(open.mode & 0o777)}, so that everyone can connect.`,
    )
  const files = written(facts).filter(({ kind, from }) => kind !== 'socket' && !from.includes('pid-file'))
  const groupSockets = sharedSockets(facts, 0o020).length > 0
  const isUnseen = files.length === 0 && (facts.owned ?? []).length > 0
  const forGroup = groupSockets || isUnseen || files.some(({ mode }) => (mode & 0o070) !== 0)
  const wanted = wantedMask(files, groupSockets) | present
  if (wanted === present) return inForce('The present mask is at least as tight.', octal(present))
  const rungs = ladder(wanted, present, forGroup)
  return proposed(octal(wanted), [service('UMask', octal(wanted))], modesSeen(facts, files), {
    ...(rungs.length > 1 ? { ladder: rungs } : {}),
  })
}

/** A clone cannot show who reads group-owned files, so never try a mask that removes group access. */
function ladder(wanted: number, present: number, forGroup: boolean): Rung[] {
  const masks = unique([0o077, 0o027, 0o007].map((mask) => mask | present))
  return masks
    .filter((mask) => mask !== present && !(forGroup && (mask & ~wanted) !== 0))
    .map((mask) => ({ value: octal(mask), assignments: [service('UMask', octal(mask))] }))
}

function modesSeen(facts: Facts, files: readonly WritableFact[]): string[] {
  const sockets = sharedSockets(facts, 0o020)
  const first = sockets[0]
  return [
    ...(files.length === 0
      ? noProcess(facts, 'hold a file of its own open for writing')
      : [
          `Modes seen: ${few(
            files.map(({ path, mode }) => `${path} ${octal(mode & 0o777)}`),
            3,
          )}.`,
        ]),
    ...(first
      ? [`The group may connect to ${first.path} (${octal(first.mode & 0o777)}), so its bits stay.`]
      : []),
  ]
}

export const UMASK: Directive = {
  key: 'UMask',
  takes: MODE_MASK,
  stage: 'filesystem',
  since: 11,
  what: 'Removes permission bits from every file and directory that the service creates from now on. With 0027 a new file is 0640 and a new directory 0750.',
  breaks:
    'Other accounts can no longer read its new files or connect to its sockets, for example a log shipper outside the group.',
  wins: 'Other accounts of the machine cannot read its logs, caches and uploads.',
  // A setgid program writes its files under the mask of whoever starts it.
  denies: ['gain-rights', 'share-files'],
  propose: proposeUmask,
}
